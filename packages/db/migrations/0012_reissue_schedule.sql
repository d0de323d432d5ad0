ALTER TABLE "sync_steps" ADD COLUMN "schedule_id" integer;
--> statement-breakpoint
-- A booking's work was opened again once at most until now: for the latest schedule that asked for it.
UPDATE "sync_steps" SET "schedule_id" = (
  SELECT max("schedules"."id") FROM "schedules"
  WHERE "schedules"."event_id" = "sync_steps"."event_id" AND "schedules"."reissue_of" = "sync_steps"."booking_id"
) WHERE "kind" = 'reissue';
