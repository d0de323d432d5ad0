CREATE TYPE "public"."rep_reading_state" AS ENUM('queued', 'done', 'failed');--> statement-breakpoint
CREATE TABLE "crossmark_reps" (
	"rep_id" text PRIMARY KEY NOT NULL,
	"employee_number" text,
	"name" text NOT NULL,
	"email" text,
	"phone" text
);
--> statement-breakpoint
CREATE TABLE "rep_readings" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "rep_readings_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"requested_by" text NOT NULL,
	"state" "rep_reading_state" DEFAULT 'queued' NOT NULL,
	"requested_at" timestamptz(3) DEFAULT now() NOT NULL,
	"finished_at" timestamptz(3),
	"failure_reason" text
);
--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "slots" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "durations" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
-- Told once a statement, without saying which row: `employee` 0 for the rep list, `all` for what everything rests on.
CREATE FUNCTION notify_kind_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', TG_ARGV[0], 'id', 0)::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER rep_readings_changed AFTER INSERT OR UPDATE ON rep_readings
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('employee');
--> statement-breakpoint
CREATE TRIGGER stores_changed AFTER UPDATE ON stores
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('all');
--> statement-breakpoint
CREATE TRIGGER holidays_changed AFTER INSERT OR UPDATE OR DELETE ON holidays
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('all');
