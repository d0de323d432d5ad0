-- That somebody pauses or resumes the sync is news to whoever plans: told as whether Crossmark can be reached.
CREATE TRIGGER paused_tasks_changed AFTER INSERT OR DELETE ON paused_tasks
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('crossmark');
