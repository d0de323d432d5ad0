-- All schedules that one statement inserts are noted together: 500 calls of two functions took a third of its time. A changed
-- schedule is noted by itself as before, because a trigger that sees all rows can't be limited to some columns.
CREATE FUNCTION note_new_schedules() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  INSERT INTO planned_days (event_id, employee_id, work_date, starts_at, ends_at)
  SELECT event_id, employee_id, work_date, starts_at, ends_at FROM made WHERE ended_at IS NULL
  ON CONFLICT (event_id, employee_id, work_date)
  DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, planned_at = excluded.planned_at;
  -- The same text as notify_row_change() sends for the event itself, so that Postgres delivers it once.
  PERFORM pg_notify('changes', json_strip_nulls(json_build_object('kind', 'event', 'id', event_id,
    'storeId', (SELECT store_id FROM events WHERE id = event_id)))::text)
  FROM made;
  RETURN NULL;
END $function$;
--> statement-breakpoint
-- Replaced in one step: to drop a trigger would wait for a backup's reads, and all reads would wait behind that.
CREATE OR REPLACE TRIGGER schedules_changed AFTER UPDATE ON schedules
FOR EACH ROW EXECUTE FUNCTION notify_event_change();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER schedules_planned AFTER UPDATE OF employee_id, starts_at, ends_at, work_date ON schedules
FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION note_planned_day();
--> statement-breakpoint
CREATE TRIGGER schedules_made AFTER INSERT ON schedules REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION note_new_schedules();
--> statement-breakpoint
-- The same text as of notify_row_change() here too.
CREATE OR REPLACE FUNCTION notify_event_change() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  PERFORM pg_notify('changes', json_strip_nulls(json_build_object('kind', 'event', 'id', NEW.event_id,
    'storeId', (SELECT store_id FROM events WHERE id = NEW.event_id)))::text);
  RETURN NULL;
END $function$;
