CREATE SEQUENCE "public"."record_versions" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1000000 CACHE 1;--> statement-breakpoint
ALTER TABLE "attendance_records" ALTER COLUMN "version" SET DEFAULT nextval('record_versions');--> statement-breakpoint
ALTER TABLE "notes" ALTER COLUMN "version" SET DEFAULT nextval('record_versions');