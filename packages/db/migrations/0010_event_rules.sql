CREATE TYPE "public"."duration_source" AS ENUM('rules', 'file', 'file_worked');--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "type_by_hand" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "rules_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "duration_source" "duration_source" DEFAULT 'rules' NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "instructions_asked_at" timestamptz(3);--> statement-breakpoint
-- What a file said of a duration stays. A Core of six hours was taken from the hours of work that Crossmark's files tell,
-- without its lunch, unless its store wants Cores of that length.
UPDATE "events" SET "duration_source" = 'file_worked'
FROM "stores"
WHERE "stores"."id" = "events"."store_id" AND "events"."type" = 'Core' AND "events"."duration_minutes" = 360
  AND ("stores"."durations" ->> 'Core') IS DISTINCT FROM '360';
--> statement-breakpoint
UPDATE "events" SET "duration_source" = 'file'
WHERE "duration_source" = 'rules' AND "id"::text IN (
  SELECT "subject_id" FROM "audit_log"
  WHERE "subject_type" = 'event'
    AND ("action" = 'event.import' OR ("action" = 'event.import-change' AND "after" ? 'duration'))
);
--> statement-breakpoint
-- By which rules an event was judged, and when it was asked about, is nobody's news.
CREATE OR REPLACE TRIGGER events_changed AFTER UPDATE ON events
  FOR EACH ROW WHEN (
    (OLD.store_id, OLD.mplan_id, OLD.name, OLD.event_number, OLD.type, OLD.type_by_hand, OLD.starts_on, OLD.due_on,
      OLD.duration_minutes, OLD.condition, OLD.instructions_url, OLD.project_reference_number, OLD.gone_since)
    IS DISTINCT FROM
    (NEW.store_id, NEW.mplan_id, NEW.name, NEW.event_number, NEW.type, NEW.type_by_hand, NEW.starts_on, NEW.due_on,
      NEW.duration_minutes, NEW.condition, NEW.instructions_url, NEW.project_reference_number, NEW.gone_since)
  ) EXECUTE FUNCTION notify_row_change('event');
