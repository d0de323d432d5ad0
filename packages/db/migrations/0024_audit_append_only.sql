-- The audit log takes new rows and loses none, whatever an app does: its role may insert and read (roles.ts), and these two functions of the
-- owner's do what else is needed, each within bounds of its own.

-- Removes what is older than so many days, at least 30, and says how many rows went. The oldest are found by primary key. The clock is the
-- database's own with what `alter database` says: a session may set `scheduler.clock_offset` for itself, and must gain nothing by it.
CREATE FUNCTION prune_audit_log(older_than_days integer, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  removed integer;
  moved interval;
BEGIN
  IF older_than_days IS NULL OR older_than_days < 30 THEN
    RAISE EXCEPTION 'The audit log keeps its rows for 30 days at least.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT substring(entry FROM '=(.*)')::interval INTO moved
    FROM pg_db_role_setting, unnest(setconfig) AS entry
    WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND entry LIKE 'scheduler.clock\_offset=%';
  DELETE FROM audit_log WHERE id IN (
    SELECT id FROM (SELECT id, at FROM audit_log ORDER BY id LIMIT most) oldest
    WHERE at < now() + coalesce(moved, interval '0') - older_than_days * interval '1 day'
  );
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $$;
--> statement-breakpoint
-- Adds to a row of the queues' pages, which is written before it is done what it says, how that ended: once, and nothing that stands
-- in it already is replaced. Returns whether it was added.
CREATE FUNCTION add_audit_outcome(row_id bigint, outcome jsonb) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  WITH added AS (
    UPDATE audit_log SET after = outcome || after
    WHERE id = row_id AND subject_type IN ('queue', 'job', 'scheduler') AND after ? 'asked' AND NOT after ? 'status'
    RETURNING id
  )
  SELECT count(*) = 1 FROM added;
END;
