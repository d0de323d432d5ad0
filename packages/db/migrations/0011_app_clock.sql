-- The present for all of our SQL. Tests move it by `alter database … set scheduler.clock_offset = '86400000 ms'`, for every
-- connection, trigger and column default at once; milliseconds only, since a day is longer or shorter where clocks change.
-- graphile-worker keeps Postgres' own clock.
CREATE FUNCTION app_clock_offset() RETURNS interval LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(nullif(current_setting('scheduler.clock_offset', true), ''), '0')::interval;
--> statement-breakpoint
-- In place of now(): the time at which the transaction began. Postgres inlines it, so that indexes serve comparisons with it.
CREATE FUNCTION app_now() RETURNS timestamp with time zone LANGUAGE sql STABLE PARALLEL SAFE
  RETURN now() + app_clock_offset();
--> statement-breakpoint
-- In place of clock_timestamp(): the time at this moment, also late in a transaction.
CREATE FUNCTION app_clock() RETURNS timestamp with time zone LANGUAGE sql VOLATILE PARALLEL SAFE
  RETURN clock_timestamp() + app_clock_offset();
--> statement-breakpoint
ALTER TABLE "access_links" ALTER COLUMN "created_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "audit_log" ALTER COLUMN "at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "crossmark_breakers" ALTER COLUMN "window_started_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "crossmark_breakers" ALTER COLUMN "updated_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "rep_readings" ALTER COLUMN "requested_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "employees" ALTER COLUMN "created_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "employees" ALTER COLUMN "updated_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "event_syncs" ALTER COLUMN "updated_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "events" ALTER COLUMN "created_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "events" ALTER COLUMN "updated_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "paused_tasks" ALTER COLUMN "paused_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "refresh_runs" ALTER COLUMN "requested_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "schedules" ALTER COLUMN "created_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "schedules" ALTER COLUMN "updated_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "sync_attempts" ALTER COLUMN "started_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "sync_steps" ALTER COLUMN "sent_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "user_accounts" ALTER COLUMN "created_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "user_accounts" ALTER COLUMN "updated_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "user_sessions" ALTER COLUMN "created_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "user_sessions" ALTER COLUMN "updated_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "user_verifications" ALTER COLUMN "created_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "user_verifications" ALTER COLUMN "updated_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "created_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "updated_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "workers" ALTER COLUMN "started_at" SET DEFAULT app_now();--> statement-breakpoint
ALTER TABLE "workers" ALTER COLUMN "seen_at" SET DEFAULT app_now();