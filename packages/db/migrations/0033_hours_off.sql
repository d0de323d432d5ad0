ALTER TABLE "availability_patterns" ADD COLUMN "hours" jsonb;--> statement-breakpoint
ALTER TABLE "time_off" ADD COLUMN "from_time" text;--> statement-breakpoint
ALTER TABLE "time_off" ADD COLUMN "until_time" text;--> statement-breakpoint
ALTER TABLE "time_off" ADD CONSTRAINT "time_off_hours" CHECK ("time_off"."from_time" < "time_off"."until_time");