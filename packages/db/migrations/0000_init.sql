CREATE TYPE "public"."employee_link_state" AS ENUM('unchecked', 'linked', 'not_found', 'ambiguous', 'taken');--> statement-breakpoint
CREATE TYPE "public"."employee_role" AS ENUM('Club Supervisor', 'Lead Event Specialist', 'Event Specialist', 'Juicer Barista');--> statement-breakpoint
CREATE TYPE "public"."failure_kind" AS ENUM('transient', 'session', 'rejected', 'unknown');--> statement-breakpoint
CREATE TYPE "public"."sync_state" AS ENUM('pending', 'waiting', 'synced', 'failed', 'conflict');--> statement-breakpoint
CREATE TYPE "public"."event_condition" AS ENUM('Unstaffed', 'Scheduled', 'Staffed', 'Canceled', 'In Progress', 'Paused', 'Reissued', 'Expired', 'Submitted');--> statement-breakpoint
CREATE TYPE "public"."event_type" AS ENUM('Core', 'Supervisor', 'Juicer Production', 'Juicer Survey', 'Digital Setup', 'Digital Refresh', 'Digital Teardown', 'Freeosk', 'Other');--> statement-breakpoint
CREATE TYPE "public"."refresh_state" AS ENUM('queued', 'running', 'done', 'failed');--> statement-breakpoint
CREATE TYPE "public"."schedule_source" AS ENUM('board', 'crossmark', 'csv');--> statement-breakpoint
CREATE TYPE "public"."attempt_outcome" AS ENUM('done', 'nothing', 'retry', 'dead', 'waiting', 'conflict', 'interrupted');--> statement-breakpoint
CREATE TYPE "public"."sync_step_kind" AS ENUM('create', 'delete', 'reissue');--> statement-breakpoint
CREATE TYPE "public"."sync_step_state" AS ENUM('sent', 'done', 'refused', 'unknown', 'settled');--> statement-breakpoint
CREATE TYPE "public"."user_role" AS ENUM('viewer', 'dispatcher', 'admin');--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamptz(3) DEFAULT now() NOT NULL,
	"actor_id" text NOT NULL,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"request_id" text
);
--> statement-breakpoint
CREATE TABLE "availability_dates" (
	"employee_id" integer NOT NULL,
	"day" date NOT NULL,
	"available" boolean NOT NULL,
	"reason" text,
	CONSTRAINT "availability_dates_employee_id_day_pk" PRIMARY KEY("employee_id","day")
);
--> statement-breakpoint
CREATE TABLE "availability_patterns" (
	"employee_id" integer PRIMARY KEY NOT NULL,
	"sunday" boolean DEFAULT true NOT NULL,
	"monday" boolean DEFAULT true NOT NULL,
	"tuesday" boolean DEFAULT true NOT NULL,
	"wednesday" boolean DEFAULT true NOT NULL,
	"thursday" boolean DEFAULT true NOT NULL,
	"friday" boolean DEFAULT true NOT NULL,
	"saturday" boolean DEFAULT true NOT NULL
);
--> statement-breakpoint
CREATE TABLE "availability_ranges" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "availability_ranges_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"employee_id" integer NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"available" boolean NOT NULL,
	"reason" text,
	CONSTRAINT "availability_ranges_order" CHECK ("availability_ranges"."starts_on" <= "availability_ranges"."ends_on")
);
--> statement-breakpoint
CREATE TABLE "time_off" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "time_off_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"employee_id" integer NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"reason" text,
	CONSTRAINT "time_off_order" CHECK ("time_off"."starts_on" <= "time_off"."ends_on")
);
--> statement-breakpoint
CREATE TABLE "employees" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "employees_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"store_id" integer NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"phone" text,
	"role" "employee_role" DEFAULT 'Event Specialist' NOT NULL,
	"employee_number" text,
	"rep_id" text,
	"link_state" "employee_link_state" DEFAULT 'unchecked' NOT NULL,
	"link_reason" text,
	"adult_beverage_trained" boolean DEFAULT false NOT NULL,
	"terminated_on" date,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "employees_employeeNumber_unique" UNIQUE("employee_number"),
	CONSTRAINT "employees_repId_unique" UNIQUE("rep_id")
);
--> statement-breakpoint
CREATE TABLE "event_syncs" (
	"event_id" integer PRIMARY KEY NOT NULL,
	"state" "sync_state" DEFAULT 'synced' NOT NULL,
	"wanted_version" integer DEFAULT 0 NOT NULL,
	"synced_version" integer DEFAULT 0 NOT NULL,
	"wanted_at" timestamptz(3),
	"synced_at" timestamptz(3),
	"booking_id" text,
	"booked_rep_id" text,
	"booked_rep_names" text,
	"booked_starts_at" timestamptz(3),
	"lease_owner" text,
	"lease_until" timestamptz(3),
	"tries" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamptz(3),
	"next_try_at" timestamptz(3),
	"failure_kind" "failure_kind",
	"failure_reason" text,
	"conflict" jsonb,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"store_id" integer NOT NULL,
	"mplan_id" text,
	"name" text NOT NULL,
	"event_number" text,
	"type" "event_type" NOT NULL,
	"starts_on" date NOT NULL,
	"due_on" date NOT NULL,
	"duration_minutes" integer NOT NULL,
	"condition" "event_condition" DEFAULT 'Unstaffed' NOT NULL,
	"instructions_url" text,
	"project_reference_number" text,
	"gone_since" timestamptz(3),
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "events_plan_and_store" UNIQUE("mplan_id","store_id"),
	CONSTRAINT "events_window" CHECK ("events"."starts_on" <= "events"."due_on"),
	CONSTRAINT "events_duration" CHECK ("events"."duration_minutes" between 1 and 1440)
);
--> statement-breakpoint
CREATE TABLE "holidays" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "holidays_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"day" date NOT NULL,
	"name" text NOT NULL,
	"yearly" boolean DEFAULT false NOT NULL,
	CONSTRAINT "holidays_day_unique" UNIQUE("day")
);
--> statement-breakpoint
CREATE TABLE "refresh_runs" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "refresh_runs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"requested_by" text NOT NULL,
	"state" "refresh_state" DEFAULT 'queued' NOT NULL,
	"requested_at" timestamptz(3) DEFAULT now() NOT NULL,
	"started_at" timestamptz(3),
	"finished_at" timestamptz(3),
	"read" integer DEFAULT 0 NOT NULL,
	"total" integer,
	"created" integer DEFAULT 0 NOT NULL,
	"updated" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"gone" integer DEFAULT 0 NOT NULL,
	"drifted" integer DEFAULT 0 NOT NULL,
	"bad_rows" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"failure_reason" text
);
--> statement-breakpoint
CREATE TABLE "schedules" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "schedules_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"event_id" integer NOT NULL,
	"employee_id" integer NOT NULL,
	"starts_at" timestamptz(3) NOT NULL,
	"ends_at" timestamptz(3) NOT NULL,
	"work_date" date NOT NULL,
	"source" "schedule_source" DEFAULT 'board' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"override_reason" text,
	"ended_at" timestamptz(3),
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "schedules_order" CHECK ("schedules"."starts_at" < "schedules"."ends_at")
);
--> statement-breakpoint
CREATE TABLE "stores" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "stores_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"crossmark_store_id" text NOT NULL,
	"number" text NOT NULL,
	"name" text NOT NULL,
	"time_zone" text NOT NULL,
	CONSTRAINT "stores_crossmarkStoreId_unique" UNIQUE("crossmark_store_id"),
	CONSTRAINT "stores_number_unique" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "sync_attempts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sync_attempts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"task" text NOT NULL,
	"job_id" text NOT NULL,
	"worker_id" text NOT NULL,
	"event_id" integer,
	"employee_id" integer,
	"schedule_id" integer,
	"number" integer DEFAULT 1 NOT NULL,
	"started_at" timestamptz(3) DEFAULT now() NOT NULL,
	"finished_at" timestamptz(3),
	"outcome" "attempt_outcome",
	"summary" text,
	"failure_kind" "failure_kind",
	"failure_reason" text,
	"next_try_at" timestamptz(3)
);
--> statement-breakpoint
CREATE TABLE "sync_steps" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sync_steps_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" integer NOT NULL,
	"kind" "sync_step_kind" NOT NULL,
	"state" "sync_step_state" DEFAULT 'sent' NOT NULL,
	"rep_id" text,
	"starts_at" timestamptz(3),
	"ends_at" timestamptz(3),
	"booking_id" text,
	"detail" text,
	"sent_at" timestamptz(3) DEFAULT now() NOT NULL,
	"answered_at" timestamptz(3)
);
--> statement-breakpoint
CREATE TABLE "user_accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user_sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"token" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "user_verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"role" "user_role" DEFAULT 'viewer' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"concurrency" integer NOT NULL,
	"started_at" timestamptz(3) DEFAULT now() NOT NULL,
	"seen_at" timestamptz(3) DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "availability_dates" ADD CONSTRAINT "availability_dates_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "availability_patterns" ADD CONSTRAINT "availability_patterns_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "availability_ranges" ADD CONSTRAINT "availability_ranges_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_off" ADD CONSTRAINT "time_off_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employees" ADD CONSTRAINT "employees_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_syncs" ADD CONSTRAINT "event_syncs_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_attempts" ADD CONSTRAINT "sync_attempts_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_attempts" ADD CONSTRAINT "sync_attempts_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_steps" ADD CONSTRAINT "sync_steps_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_accounts" ADD CONSTRAINT "user_accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_sessions" ADD CONSTRAINT "user_sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_log_subject" ON "audit_log" USING btree ("subject_type","subject_id","id");--> statement-breakpoint
CREATE INDEX "event_syncs_unsettled" ON "event_syncs" USING btree ("state") WHERE "event_syncs"."state" <> 'synced';--> statement-breakpoint
CREATE INDEX "events_store_due" ON "events" USING btree ("store_id","due_on");--> statement-breakpoint
CREATE INDEX "events_number" ON "events" USING btree ("store_id","event_number");--> statement-breakpoint
CREATE UNIQUE INDEX "schedules_one_live_per_event" ON "schedules" USING btree ("event_id") WHERE "schedules"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "schedules_live_by_day" ON "schedules" USING btree ("work_date","employee_id") WHERE "schedules"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "sync_attempts_event" ON "sync_attempts" USING btree ("event_id","id");--> statement-breakpoint
CREATE INDEX "sync_attempts_employee" ON "sync_attempts" USING btree ("employee_id","id");--> statement-breakpoint
CREATE INDEX "sync_attempts_task" ON "sync_attempts" USING btree ("task","id");--> statement-breakpoint
CREATE INDEX "sync_attempts_job" ON "sync_attempts" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "sync_steps_event" ON "sync_steps" USING btree ("event_id","id");--> statement-breakpoint
CREATE INDEX "user_accounts_user" ON "user_accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "user_sessions_user" ON "user_sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "user_verifications_identifier" ON "user_verifications" USING btree ("identifier");