CREATE TABLE "notes" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"event_id" integer,
	"employee_id" integer,
	"store_id" integer,
	"day" date,
	"text" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"written_by" text NOT NULL,
	"written_at" timestamptz(3) DEFAULT app_now() NOT NULL,
	CONSTRAINT "notes_eventId_unique" UNIQUE("event_id"),
	CONSTRAINT "notes_employeeId_unique" UNIQUE("employee_id"),
	CONSTRAINT "notes_of_day" UNIQUE("store_id","day"),
	CONSTRAINT "notes_of_one" CHECK (num_nonnulls("notes"."event_id", "notes"."employee_id", "notes"."day") = 1),
	CONSTRAINT "notes_day_of_store" CHECK (("notes"."day" is null) = ("notes"."store_id" is null))
);
--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE TRIGGER notes_changed AFTER INSERT OR UPDATE OR DELETE ON notes
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('note');
