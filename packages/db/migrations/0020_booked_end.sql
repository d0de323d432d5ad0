ALTER TABLE "event_syncs" ADD COLUMN "booked_ends_at" timestamptz(3);--> statement-breakpoint
-- The end that we booked, else the one of the schedule that both sides agree on.
UPDATE "event_syncs" SET "booked_ends_at" = coalesce(
  (SELECT "ends_at" FROM "sync_steps"
    WHERE "sync_steps"."event_id" = "event_syncs"."event_id" AND "kind" = 'create'
      AND "sync_steps"."booking_id" = "event_syncs"."booking_id" AND "starts_at" = "booked_starts_at"
    ORDER BY "id" DESC LIMIT 1),
  (SELECT "ends_at" FROM "schedules"
    WHERE "schedules"."event_id" = "event_syncs"."event_id" AND "ended_at" IS NULL
      AND "event_syncs"."state" = 'synced' AND "starts_at" = "booked_starts_at"))
WHERE "booked_starts_at" IS NOT NULL;
