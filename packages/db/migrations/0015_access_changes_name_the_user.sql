-- Whose sessions ended is told with it, so that nobody else's streams have to ask again. What one statement ends is one
-- notification; where that were too many names for one (8,000 bytes), it names nobody and everybody asks.
CREATE FUNCTION notify_sessions_ended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ended text[] := array(SELECT DISTINCT user_id FROM gone);
BEGIN
  IF cardinality(ended) > 100 THEN
    PERFORM pg_notify('changes', json_build_object('kind', 'access', 'id', 0)::text);
  ELSIF cardinality(ended) > 0 THEN
    PERFORM pg_notify('changes', json_build_object('kind', 'access', 'id', 0, 'userIds', ended)::text);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
DROP TRIGGER user_sessions_ended ON user_sessions;
--> statement-breakpoint
CREATE TRIGGER user_sessions_ended AFTER DELETE ON user_sessions
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION notify_sessions_ended();
--> statement-breakpoint
CREATE OR REPLACE FUNCTION notify_access_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', 'access', 'id', 0, 'userIds', array[NEW.id])::text);
  RETURN NULL;
END $$;
