CREATE TYPE "public"."breaker_state" AS ENUM('closed', 'open');--> statement-breakpoint
CREATE TABLE "crossmark_breakers" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "crossmark_breakers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"host" text NOT NULL,
	"state" "breaker_state" DEFAULT 'closed' NOT NULL,
	"consecutive_failures" integer DEFAULT 0 NOT NULL,
	"window_started_at" timestamptz(3) DEFAULT now() NOT NULL,
	"window_calls" integer DEFAULT 0 NOT NULL,
	"window_failures" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamptz(3),
	"opened_at" timestamptz(3),
	"leave_alone_until" timestamptz(3),
	"probe_at" timestamptz(3),
	"probe_owner" text,
	"probe_until" timestamptz(3),
	"last_probe_at" timestamptz(3),
	"last_failure" text,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "crossmark_breakers_host_unique" UNIQUE("host")
);
--> statement-breakpoint
CREATE TABLE "crossmark_sessions" (
	"host" text NOT NULL,
	"user_id" text NOT NULL,
	"sealed" bytea,
	"key_id" text,
	"started_at" timestamptz(3),
	"renew_owner" text,
	"renew_until" timestamptz(3),
	CONSTRAINT "crossmark_sessions_host_user_id_pk" PRIMARY KEY("host","user_id")
);
--> statement-breakpoint
-- Each call counts in this row; whether Crossmark can be reached at all is news.
CREATE TRIGGER crossmark_breakers_changed AFTER UPDATE ON crossmark_breakers
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
  EXECUTE FUNCTION notify_row_change('crossmark');
