CREATE TYPE "public"."proposal_line_kind" AS ENUM('new', 'moved');--> statement-breakpoint
CREATE TYPE "public"."proposal_line_state" AS ENUM('proposed', 'saved', 'refused');--> statement-breakpoint
CREATE TYPE "public"."proposal_state" AS ENUM('running', 'ready', 'approved', 'replaced', 'discarded', 'canceled', 'interrupted', 'failed');--> statement-breakpoint
CREATE TABLE "proposal_lines" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "proposal_lines_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"proposal_id" integer NOT NULL,
	"kind" "proposal_line_kind" NOT NULL,
	"event_id" integer NOT NULL,
	"employee_id" integer NOT NULL,
	"starts_at" timestamptz(3) NOT NULL,
	"ends_at" timestamptz(3) NOT NULL,
	"work_date" date NOT NULL,
	"from_schedule_id" integer,
	"from_version" integer,
	"from_employee_id" integer,
	"from_starts_at" timestamptz(3),
	"core_event_id" integer,
	"makes_room_for" integer,
	"ticked" boolean DEFAULT true NOT NULL,
	"locked" boolean DEFAULT false NOT NULL,
	"state" "proposal_line_state" DEFAULT 'proposed' NOT NULL,
	"schedule_id" integer,
	"refusal" text,
	"why" text NOT NULL,
	"runner_up" jsonb,
	"warnings" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "proposals" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "proposals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"store_id" integer NOT NULL,
	"state" "proposal_state" DEFAULT 'running' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"requested_by" text NOT NULL,
	"requested_by_name" text NOT NULL,
	"from_day" date NOT NULL,
	"to_day" date NOT NULL,
	"options" jsonb NOT NULL,
	"replaces" integer,
	"made_by" text,
	"note" text,
	"outcome" jsonb,
	"created_at" timestamptz(3) DEFAULT app_now() NOT NULL,
	"finished_at" timestamptz(3),
	"updated_at" timestamptz(3) DEFAULT app_now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "proposal_lines" ADD CONSTRAINT "proposal_lines_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposal_lines" ADD CONSTRAINT "proposal_lines_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposal_lines" ADD CONSTRAINT "proposal_lines_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proposals" ADD CONSTRAINT "proposals_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "proposal_lines_event" ON "proposal_lines" USING btree ("proposal_id","event_id");--> statement-breakpoint
CREATE INDEX "proposal_lines_of_event" ON "proposal_lines" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "proposal_lines_of_person" ON "proposal_lines" USING btree ("employee_id");--> statement-breakpoint
CREATE UNIQUE INDEX "proposals_one_running" ON "proposals" USING btree ("store_id") WHERE "proposals"."state" = 'running';--> statement-breakpoint
CREATE INDEX "proposals_of_store" ON "proposals" USING btree ("store_id","id");
--> statement-breakpoint
-- Every change of a proposal's lines raises its version, so this tells of them too.
CREATE TRIGGER proposals_changed AFTER INSERT OR UPDATE ON proposals
  FOR EACH ROW EXECUTE FUNCTION notify_row_change('proposal');
