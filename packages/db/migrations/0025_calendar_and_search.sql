CREATE TABLE "planned_days" (
	"event_id" integer NOT NULL,
	"employee_id" integer NOT NULL,
	"work_date" date NOT NULL,
	"starts_at" timestamptz(3) NOT NULL,
	"ends_at" timestamptz(3) NOT NULL,
	"planned_at" timestamptz(3) DEFAULT app_now() NOT NULL,
	CONSTRAINT "planned_days_event_id_employee_id_work_date_pk" PRIMARY KEY("event_id","employee_id","work_date")
);
--> statement-breakpoint
ALTER TABLE "planned_days" ADD CONSTRAINT "planned_days_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "planned_days" ADD CONSTRAINT "planned_days_employee_id_employees_id_fk" FOREIGN KEY ("employee_id") REFERENCES "public"."employees"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "planned_days_of_person" ON "planned_days" USING btree ("employee_id","work_date");--> statement-breakpoint
CREATE INDEX "schedules_of_event" ON "schedules" USING btree ("event_id");
--> statement-breakpoint
CREATE FUNCTION note_planned_day() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  INSERT INTO planned_days (event_id, employee_id, work_date, starts_at, ends_at)
  VALUES (NEW.event_id, NEW.employee_id, NEW.work_date, NEW.starts_at, NEW.ends_at)
  ON CONFLICT (event_id, employee_id, work_date)
  DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, planned_at = excluded.planned_at;
  RETURN NULL;
END $function$;
--> statement-breakpoint
CREATE TRIGGER schedules_planned AFTER INSERT OR UPDATE OF employee_id, starts_at, ends_at, work_date ON schedules
FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION note_planned_day();
--> statement-breakpoint
-- What was planned before this table was; the later one where an event was planned twice for a person's day.
INSERT INTO planned_days (event_id, employee_id, work_date, starts_at, ends_at, planned_at)
SELECT DISTINCT ON (event_id, employee_id, work_date) event_id, employee_id, work_date, starts_at, ends_at, updated_at
FROM schedules ORDER BY event_id, employee_id, work_date, id DESC;
--> statement-breakpoint
-- normalForm() of packages/scheduling/src/normal-form.ts, which explains it. Texts of ASCII alone, nearly all, take the short way.
CREATE FUNCTION search_form(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN octet_length(given) = char_length(given)
    THEN btrim(regexp_replace(lower(translate(given, '`', '''') COLLATE pg_c_utf8), '[\u0009-\u000d\u0020]+', ' ', 'g'))
    ELSE btrim(regexp_replace(
      translate(
        replace(replace(replace(replace(
          lower(regexp_replace(
            normalize(given, NFKD),
            '[\u0300-\u036f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]', '', 'g'
          ) COLLATE pg_c_utf8),
          U&'\00df', 'ss'), U&'\00e6', 'ae'), U&'\0153', 'oe'), U&'\00fe', 'th'),
        U&'\00f8\0111\00f0\0142\0127\0131\03c2\2010\2011\2012\2013\2014\2015\2043\2212`\02bc\2018\2019\201a\201b\2032\201c\201d\201e\201f',
        U&'oddlhi\03c3--------''''''''''''''""""'
      ),
      '[\u0009-\u000d\u0020\u1680\u2028\u2029]+', ' ', 'g'))
    END;
