CREATE TYPE "public"."rotation_kind" AS ENUM('juicer', 'primary_lead');--> statement-breakpoint
CREATE TABLE "rotation_exceptions" (
	"store_id" integer NOT NULL,
	"kind" "rotation_kind" NOT NULL,
	"day" date NOT NULL,
	"employee_id" integer NOT NULL,
	"reason" text,
	CONSTRAINT "rotation_exceptions_store_id_kind_day_pk" PRIMARY KEY("store_id","kind","day")
);
--> statement-breakpoint
CREATE TABLE "rotation_turns" (
	"store_id" integer NOT NULL,
	"kind" "rotation_kind" NOT NULL,
	"weekday" integer NOT NULL,
	"employee_id" integer NOT NULL,
	CONSTRAINT "rotation_turns_store_id_kind_weekday_pk" PRIMARY KEY("store_id","kind","weekday"),
	CONSTRAINT "rotation_turns_weekday" CHECK ("rotation_turns"."weekday" between 0 and 6)
);
--> statement-breakpoint
ALTER TABLE "rotation_exceptions" ADD CONSTRAINT "rotation_exceptions_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rotation_exceptions" ADD CONSTRAINT "rotation_exceptions_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rotation_turns" ADD CONSTRAINT "rotation_turns_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rotation_turns" ADD CONSTRAINT "rotation_turns_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "rotation_exceptions_of_person" ON "rotation_exceptions" USING btree ("employee_id");--> statement-breakpoint
CREATE INDEX "rotation_turns_of_person" ON "rotation_turns" USING btree ("employee_id");
--> statement-breakpoint
-- What plans say hangs on these as well, so both are told as one kind.
CREATE TRIGGER rotation_turns_changed AFTER INSERT OR UPDATE OR DELETE ON rotation_turns
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('proposal');
--> statement-breakpoint
CREATE TRIGGER rotation_exceptions_changed AFTER INSERT OR UPDATE OR DELETE ON rotation_exceptions
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('proposal');
