-- Whoever writes these tables (server, worker, a person with psql), listeners hear of it on commit:
-- channel `changes`, payload {"kind": "event" | "employee" | "refresh", "id": n}.
-- Postgres folds equal payloads of one transaction into one notification.
CREATE FUNCTION notify_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', 'event', 'id', NEW.event_id)::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION notify_row_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', TG_ARGV[0], 'id', NEW.id)::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER schedules_changed AFTER INSERT OR UPDATE ON schedules
  FOR EACH ROW EXECUTE FUNCTION notify_event_change();
--> statement-breakpoint
-- Taking and giving back a lease is nobody's news.
CREATE TRIGGER event_syncs_changed AFTER UPDATE ON event_syncs
  FOR EACH ROW WHEN (
    (OLD.state, OLD.wanted_version, OLD.synced_version, OLD.tries, OLD.next_try_at, OLD.failure_reason, OLD.booking_id, OLD.conflict)
    IS DISTINCT FROM
    (NEW.state, NEW.wanted_version, NEW.synced_version, NEW.tries, NEW.next_try_at, NEW.failure_reason, NEW.booking_id, NEW.conflict)
  ) EXECUTE FUNCTION notify_event_change();
--> statement-breakpoint
-- New events come by thousands in a refresh: the run's own row tells of them.
CREATE TRIGGER events_changed AFTER UPDATE ON events
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION notify_row_change('event');
--> statement-breakpoint
CREATE TRIGGER employees_changed AFTER INSERT OR UPDATE ON employees
  FOR EACH ROW EXECUTE FUNCTION notify_row_change('employee');
--> statement-breakpoint
CREATE TRIGGER refresh_runs_changed AFTER INSERT OR UPDATE ON refresh_runs
  FOR EACH ROW EXECUTE FUNCTION notify_row_change('refresh');
