CREATE TYPE "public"."instructions_state" AS ENUM('waiting', 'fetched', 'failed');--> statement-breakpoint
CREATE TYPE "public"."template_level" AS ENUM('event', 'day');--> statement-breakpoint
CREATE TABLE "event_instructions" (
	"event_id" integer PRIMARY KEY NOT NULL,
	"store_id" integer NOT NULL,
	"link_hash" text NOT NULL,
	"source" text NOT NULL,
	"state" "instructions_state" DEFAULT 'waiting' NOT NULL,
	"failure" text,
	"failed_attempts" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamptz(3),
	"requested_at" timestamptz(3) DEFAULT app_now() NOT NULL,
	"file_hash" text,
	"fetched_at" timestamptz(3),
	CONSTRAINT "event_instructions_fetched" CHECK (("event_instructions"."file_hash" is null) = ("event_instructions"."fetched_at" is null))
);
--> statement-breakpoint
CREATE TABLE "instruction_files" (
	"store_id" integer NOT NULL,
	"hash" text NOT NULL,
	"size" integer NOT NULL,
	"pages" integer NOT NULL,
	"content" "bytea" NOT NULL,
	"stored_at" timestamptz(3) DEFAULT app_now() NOT NULL,
	CONSTRAINT "instruction_files_store_id_hash_pk" PRIMARY KEY("store_id","hash")
);
--> statement-breakpoint
CREATE TABLE "paper_templates" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "paper_templates_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"store_id" integer NOT NULL,
	"name" text NOT NULL,
	"level" "template_level" NOT NULL,
	"position" integer NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"size" integer NOT NULL,
	"pages" integer NOT NULL,
	"content" "bytea" NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"uploaded_by" text NOT NULL,
	"uploaded_at" timestamptz(3) DEFAULT app_now() NOT NULL,
	CONSTRAINT "paper_templates_name" UNIQUE("store_id","name"),
	CONSTRAINT "paper_templates_position" CHECK ("paper_templates"."position" >= 1)
);
--> statement-breakpoint
ALTER TABLE "event_instructions" ADD CONSTRAINT "event_instructions_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_instructions" ADD CONSTRAINT "event_instructions_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_instructions" ADD CONSTRAINT "event_instructions_file" FOREIGN KEY ("store_id","file_hash") REFERENCES "public"."instruction_files"("store_id","hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instruction_files" ADD CONSTRAINT "instruction_files_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "paper_templates" ADD CONSTRAINT "paper_templates_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "event_instructions_of_file" ON "event_instructions" USING btree ("store_id","file_hash");
--> statement-breakpoint
-- PDF files are compressed already.
ALTER TABLE instruction_files ALTER COLUMN content SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE paper_templates ALTER COLUMN content SET STORAGE EXTERNAL;
--> statement-breakpoint
CREATE TRIGGER event_instructions_changed AFTER INSERT OR UPDATE OR DELETE ON event_instructions
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('paper');
--> statement-breakpoint
CREATE TRIGGER paper_templates_changed AFTER INSERT OR UPDATE OR DELETE ON paper_templates
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('paper');
