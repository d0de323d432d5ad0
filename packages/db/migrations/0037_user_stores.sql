ALTER TABLE "access_links" ADD COLUMN "store_ids" integer[];--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "store_ids" integer[];--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_stores" CHECK ("users"."store_ids" is null or (cardinality("users"."store_ids") > 0 and "users"."role" <> 'admin'));
--> statement-breakpoint
-- Live changes name the store that they belong to, so that a user of some stores hears of no other one.
CREATE OR REPLACE FUNCTION notify_row_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  store integer;
BEGIN
  IF TG_ARGV[0] IN ('employee', 'event', 'proposal') THEN
    store := NEW.store_id;
  END IF;
  PERFORM pg_notify('changes', json_strip_nulls(json_build_object(
    'kind', TG_ARGV[0], 'id', NEW.id, 'storeId', store))::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION notify_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', 'event', 'id', NEW.event_id,
    'storeId', (SELECT store_id FROM events WHERE id = NEW.event_id))::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
-- For rows of a store, of an event or of a person. Postgres sends equal notifications of a transaction once.
CREATE FUNCTION notify_store_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', TG_ARGV[0], 'id', 0, 'storeId', coalesce(
    (changed ->> 'store_id')::integer,
    (SELECT store_id FROM events WHERE id = (changed ->> 'event_id')::integer),
    (SELECT store_id FROM employees WHERE id = (changed ->> 'employee_id')::integer)))::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER attendance_records_changed AFTER INSERT OR UPDATE OR DELETE ON attendance_records
  FOR EACH ROW EXECUTE FUNCTION notify_store_change('attendance');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER notes_changed AFTER INSERT OR UPDATE OR DELETE ON notes
  FOR EACH ROW EXECUTE FUNCTION notify_store_change('note');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER rotation_turns_changed AFTER INSERT OR UPDATE OR DELETE ON rotation_turns
  FOR EACH ROW EXECUTE FUNCTION notify_store_change('proposal');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER rotation_exceptions_changed AFTER INSERT OR UPDATE OR DELETE ON rotation_exceptions
  FOR EACH ROW EXECUTE FUNCTION notify_store_change('proposal');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER users_access_changed AFTER UPDATE ON users
  FOR EACH ROW WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD.disabled_at IS DISTINCT FROM NEW.disabled_at
    OR OLD.store_ids IS DISTINCT FROM NEW.store_ids)
  EXECUTE FUNCTION notify_access_change();
