CREATE TYPE "public"."attendance_status" AS ENUM('on_time', 'excused', 'late', 'called_in', 'no_show');--> statement-breakpoint
CREATE TABLE "attendance_records" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "attendance_records_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"employee_id" integer NOT NULL,
	"day" date NOT NULL,
	"status" "attendance_status" NOT NULL,
	"note" text,
	"version" integer DEFAULT 1 NOT NULL,
	"recorded_by" text NOT NULL,
	"recorded_at" timestamptz(3) DEFAULT app_now() NOT NULL,
	CONSTRAINT "attendance_records_person_day" UNIQUE("employee_id","day")
);
--> statement-breakpoint
ALTER TABLE "attendance_records" ADD CONSTRAINT "attendance_records_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attendance_records_day" ON "attendance_records" USING btree ("day");--> statement-breakpoint
CREATE TRIGGER attendance_records_changed AFTER INSERT OR UPDATE OR DELETE ON attendance_records
  FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('attendance');
