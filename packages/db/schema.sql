TYPE access_link_kind AS ENUM ('set_up', 'invite', 'reset')
TYPE attempt_outcome AS ENUM ('done', 'nothing', 'retry', 'dead', 'waiting', 'conflict', 'interrupted')
TYPE attendance_status AS ENUM ('on_time', 'excused', 'late', 'called_in', 'no_show')
TYPE breaker_state AS ENUM ('closed', 'open')
TYPE digest_state AS ENUM ('sending', 'sent', 'refused', 'unknown')
TYPE duration_source AS ENUM ('rules', 'file', 'file_worked')
TYPE employee_link_state AS ENUM ('unchecked', 'linked', 'not_found', 'ambiguous', 'taken')
TYPE employee_role AS ENUM ('Club Supervisor', 'Lead Event Specialist', 'Event Specialist', 'Juicer Barista')
TYPE event_condition AS ENUM ('Unstaffed', 'Scheduled', 'Staffed', 'Canceled', 'In Progress', 'Paused', 'Reissued', 'Expired', 'Submitted')
TYPE event_type AS ENUM ('Core', 'Supervisor', 'Juicer Production', 'Juicer Survey', 'Digital Setup', 'Digital Refresh', 'Digital Teardown', 'Freeosk', 'Other')
TYPE failure_kind AS ENUM ('transient', 'session', 'rejected', 'unknown')
TYPE instructions_state AS ENUM ('waiting', 'fetched', 'failed')
TYPE proposal_line_kind AS ENUM ('new', 'moved')
TYPE proposal_line_state AS ENUM ('proposed', 'saved', 'refused')
TYPE proposal_occasion AS ENUM ('request', 'import', 'refresh', 'night')
TYPE proposal_state AS ENUM ('running', 'ready', 'approved', 'replaced', 'discarded', 'canceled', 'interrupted', 'failed')
SEQUENCE record_versions START 1000000
TYPE refresh_state AS ENUM ('queued', 'running', 'done', 'failed', 'needs_decision', 'superseded')
TYPE rep_reading_state AS ENUM ('queued', 'done', 'failed')
TYPE rotation_kind AS ENUM ('juicer', 'primary_lead')
TYPE schedule_source AS ENUM ('board', 'crossmark', 'csv')
TYPE sync_state AS ENUM ('pending', 'waiting', 'synced', 'failed', 'conflict')
TYPE sync_step_kind AS ENUM ('create', 'delete', 'reissue')
TYPE sync_step_state AS ENUM ('sent', 'done', 'refused', 'unknown', 'settled', 'not_done')
TYPE template_level AS ENUM ('event', 'day')
TYPE user_role AS ENUM ('viewer', 'dispatcher', 'admin')

TABLE access_links
  id integer NOT NULL IDENTITY
  kind access_link_kind NOT NULL
  token_hash text NOT NULL
  user_id text
  email text
  name text
  role user_role
  created_by text NOT NULL
  created_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  expires_at timestamp(3) with time zone NOT NULL
  store_ids integer[]
  CONSTRAINT access_links_pkey PRIMARY KEY (id)
  CONSTRAINT access_links_tokenHash_unique UNIQUE (token_hash)
  CONSTRAINT access_links_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
  CREATE INDEX access_links_user ON public.access_links USING btree (user_id)
  CREATE UNIQUE INDEX access_links_one_invite ON public.access_links USING btree (email) WHERE (kind = 'invite'::access_link_kind)
  CREATE UNIQUE INDEX access_links_one_reset ON public.access_links USING btree (user_id) WHERE (kind = 'reset'::access_link_kind)

TABLE alerts
  name text NOT NULL
  seen_since timestamp(3) with time zone
  is_told boolean NOT NULL DEFAULT false
  told_at timestamp(3) with time zone
  claimed_until timestamp(3) with time zone
  failure text
  CONSTRAINT alerts_pkey PRIMARY KEY (name)

TABLE attendance_records
  id integer NOT NULL IDENTITY
  employee_id integer NOT NULL
  day date NOT NULL
  status attendance_status NOT NULL
  note text
  version integer NOT NULL DEFAULT nextval('record_versions'::regclass)
  recorded_by text NOT NULL
  recorded_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT attendance_records_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT attendance_records_person_day UNIQUE (employee_id, day)
  CONSTRAINT attendance_records_pkey PRIMARY KEY (id)
  CREATE INDEX attendance_records_day ON public.attendance_records USING btree (day)
  CREATE TRIGGER attendance_records_changed AFTER INSERT OR DELETE OR UPDATE ON public.attendance_records FOR EACH ROW EXECUTE FUNCTION notify_store_change('attendance')

TABLE audit_log
  id bigint NOT NULL IDENTITY
  at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  actor_id text NOT NULL
  actor_name text NOT NULL
  action text NOT NULL
  subject_type text NOT NULL
  subject_id text NOT NULL
  before jsonb
  after jsonb
  request_id text
  CONSTRAINT audit_log_pkey PRIMARY KEY (id)
  CREATE INDEX audit_log_at ON public.audit_log USING btree (at, id)
  CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject_type, subject_id, id)

TABLE availability_dates
  employee_id integer NOT NULL
  day date NOT NULL
  available boolean NOT NULL
  reason text
  CONSTRAINT availability_dates_employee_id_day_pk PRIMARY KEY (employee_id, day)
  CONSTRAINT availability_dates_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE

TABLE availability_patterns
  employee_id integer NOT NULL
  sunday boolean NOT NULL DEFAULT true
  monday boolean NOT NULL DEFAULT true
  tuesday boolean NOT NULL DEFAULT true
  wednesday boolean NOT NULL DEFAULT true
  thursday boolean NOT NULL DEFAULT true
  friday boolean NOT NULL DEFAULT true
  saturday boolean NOT NULL DEFAULT true
  hours jsonb
  CONSTRAINT availability_patterns_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT availability_patterns_pkey PRIMARY KEY (employee_id)

TABLE availability_ranges
  id integer NOT NULL IDENTITY
  employee_id integer NOT NULL
  starts_on date NOT NULL
  ends_on date NOT NULL
  available boolean NOT NULL
  reason text
  CONSTRAINT availability_ranges_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT availability_ranges_order CHECK ((starts_on <= ends_on))
  CONSTRAINT availability_ranges_pkey PRIMARY KEY (id)

TABLE calendar_feeds
  id integer NOT NULL IDENTITY
  employee_id integer
  store_id integer
  token_hash text NOT NULL
  user_id text NOT NULL
  created_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  last_read_at timestamp(3) with time zone
  CONSTRAINT calendar_feeds_employeeId_unique UNIQUE (employee_id)
  CONSTRAINT calendar_feeds_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT calendar_feeds_of_one CHECK ((num_nonnulls(employee_id, store_id) = 1))
  CONSTRAINT calendar_feeds_pkey PRIMARY KEY (id)
  CONSTRAINT calendar_feeds_storeId_unique UNIQUE (store_id)
  CONSTRAINT calendar_feeds_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE
  CONSTRAINT calendar_feeds_tokenHash_unique UNIQUE (token_hash)
  CONSTRAINT calendar_feeds_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
  CREATE INDEX calendar_feeds_user ON public.calendar_feeds USING btree (user_id)

TABLE crossmark_breakers
  id integer NOT NULL IDENTITY
  host text NOT NULL
  state breaker_state NOT NULL DEFAULT 'closed'::breaker_state
  consecutive_failures integer NOT NULL DEFAULT 0
  window_started_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  window_calls integer NOT NULL DEFAULT 0
  window_failures integer NOT NULL DEFAULT 0
  failing_since timestamp(3) with time zone
  opened_at timestamp(3) with time zone
  leave_alone_until timestamp(3) with time zone
  probe_at timestamp(3) with time zone
  probe_owner text
  probe_until timestamp(3) with time zone
  last_probe_at timestamp(3) with time zone
  last_failure text
  updated_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT crossmark_breakers_host_unique UNIQUE (host)
  CONSTRAINT crossmark_breakers_pkey PRIMARY KEY (id)
  CREATE TRIGGER crossmark_breakers_changed AFTER UPDATE ON public.crossmark_breakers FOR EACH ROW WHEN ((old.state IS DISTINCT FROM new.state)) EXECUTE FUNCTION notify_row_change('crossmark')

TABLE crossmark_reps
  rep_id text NOT NULL
  employee_number text
  name text NOT NULL
  email text
  phone text
  CONSTRAINT crossmark_reps_pkey PRIMARY KEY (rep_id)

TABLE crossmark_sessions
  host text NOT NULL
  user_id text NOT NULL
  sealed bytea
  key_id text
  started_at timestamp(3) with time zone
  renew_owner text
  renew_until timestamp(3) with time zone
  CONSTRAINT crossmark_sessions_host_user_id_pk PRIMARY KEY (host, user_id)

TABLE digest_sends
  user_id text NOT NULL
  store_id integer NOT NULL
  day date NOT NULL
  state digest_state NOT NULL DEFAULT 'sending'::digest_state
  attempts integer NOT NULL DEFAULT 1
  retry_at timestamp(3) with time zone
  sent_at timestamp(3) with time zone
  failure text
  CONSTRAINT digest_sends_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE
  CONSTRAINT digest_sends_user_id_store_id_day_pk PRIMARY KEY (user_id, store_id, day)
  CONSTRAINT digest_sends_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
  CREATE INDEX digest_sends_day ON public.digest_sends USING btree (day)

TABLE digest_subscriptions
  user_id text NOT NULL
  store_id integer NOT NULL
  send_at text NOT NULL
  changed_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT digest_subscriptions_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE
  CONSTRAINT digest_subscriptions_time CHECK ((send_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text))
  CONSTRAINT digest_subscriptions_user_id_store_id_pk PRIMARY KEY (user_id, store_id)
  CONSTRAINT digest_subscriptions_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE

TABLE employees
  id integer NOT NULL IDENTITY
  store_id integer NOT NULL
  name text NOT NULL
  email text
  phone text
  role employee_role NOT NULL DEFAULT 'Event Specialist'::employee_role
  employee_number text
  rep_id text
  link_state employee_link_state NOT NULL DEFAULT 'unchecked'::employee_link_state
  link_reason text
  adult_beverage_trained boolean NOT NULL DEFAULT false
  terminated_on date
  version integer NOT NULL DEFAULT 1
  created_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  updated_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT employees_employeeNumber_unique UNIQUE (employee_number)
  CONSTRAINT employees_pkey PRIMARY KEY (id)
  CONSTRAINT employees_repId_unique UNIQUE (rep_id)
  CONSTRAINT employees_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id)
  CREATE TRIGGER employees_changed AFTER INSERT OR UPDATE ON public.employees FOR EACH ROW EXECUTE FUNCTION notify_row_change('employee')

TABLE event_instructions
  event_id integer NOT NULL
  store_id integer NOT NULL
  link_hash text NOT NULL
  source text NOT NULL
  state instructions_state NOT NULL DEFAULT 'waiting'::instructions_state
  failure text
  failed_attempts integer NOT NULL DEFAULT 0
  failing_since timestamp(3) with time zone
  requested_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  file_hash text
  fetched_at timestamp(3) with time zone
  CONSTRAINT event_instructions_event_id_events_id_fk FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE
  CONSTRAINT event_instructions_fetched CHECK (((file_hash IS NULL) = (fetched_at IS NULL)))
  CONSTRAINT event_instructions_file FOREIGN KEY (store_id, file_hash) REFERENCES instruction_files(store_id, hash)
  CONSTRAINT event_instructions_pkey PRIMARY KEY (event_id)
  CONSTRAINT event_instructions_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE
  CREATE INDEX event_instructions_of_file ON public.event_instructions USING btree (store_id, file_hash)
  CREATE TRIGGER event_instructions_changed AFTER INSERT OR DELETE OR UPDATE ON public.event_instructions FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('paper')

TABLE event_syncs
  event_id integer NOT NULL
  state sync_state NOT NULL DEFAULT 'synced'::sync_state
  wanted_version integer NOT NULL DEFAULT 0
  synced_version integer NOT NULL DEFAULT 0
  wanted_at timestamp(3) with time zone
  synced_at timestamp(3) with time zone
  booking_id text
  booked_rep_id text
  booked_rep_names text
  booked_starts_at timestamp(3) with time zone
  lease_owner text
  lease_until timestamp(3) with time zone
  tries integer NOT NULL DEFAULT 0
  failing_since timestamp(3) with time zone
  next_try_at timestamp(3) with time zone
  failure_kind failure_kind
  failure_reason text
  conflict jsonb
  updated_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  doubt jsonb
  held_back_since timestamp(3) with time zone
  booked_ends_at timestamp(3) with time zone
  CONSTRAINT event_syncs_event_id_events_id_fk FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE
  CONSTRAINT event_syncs_pkey PRIMARY KEY (event_id)
  CREATE INDEX event_syncs_booking ON public.event_syncs USING btree (booking_id) WHERE (booking_id IS NOT NULL)
  CREATE INDEX event_syncs_unsettled ON public.event_syncs USING btree (state) WHERE (state <> 'synced'::sync_state)
  CREATE TRIGGER event_syncs_changed AFTER UPDATE ON public.event_syncs FOR EACH ROW WHEN (((((((((old.state IS DISTINCT FROM new.state) OR (old.wanted_version IS DISTINCT FROM new.wanted_version)) OR (old.synced_version IS DISTINCT FROM new.synced_version)) OR (old.tries IS DISTINCT FROM new.tries)) OR (old.next_try_at IS DISTINCT FROM new.next_try_at)) OR (old.failure_reason IS DISTINCT FROM new.failure_reason)) OR (old.booking_id IS DISTINCT FROM new.booking_id)) OR (old.conflict IS DISTINCT FROM new.conflict))) EXECUTE FUNCTION notify_event_change()

TABLE events
  id integer NOT NULL IDENTITY
  store_id integer NOT NULL
  mplan_id text
  name text NOT NULL
  event_number text
  type event_type NOT NULL
  starts_on date NOT NULL
  due_on date NOT NULL
  duration_minutes integer NOT NULL
  condition event_condition NOT NULL DEFAULT 'Unstaffed'::event_condition
  instructions_url text
  project_reference_number text
  gone_since timestamp(3) with time zone
  created_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  updated_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  missing_runs integer NOT NULL DEFAULT 0
  type_by_hand boolean NOT NULL DEFAULT false
  rules_version integer NOT NULL DEFAULT 0
  duration_source duration_source NOT NULL DEFAULT 'rules'::duration_source
  instructions_asked_at timestamp(3) with time zone
  missing_since timestamp(3) with time zone
  never_plan boolean NOT NULL DEFAULT false
  CONSTRAINT events_duration CHECK (((duration_minutes >= 1) AND (duration_minutes <= 1440)))
  CONSTRAINT events_pkey PRIMARY KEY (id)
  CONSTRAINT events_plan_and_store UNIQUE (mplan_id, store_id)
  CONSTRAINT events_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id)
  CONSTRAINT events_window CHECK ((starts_on <= due_on))
  CREATE INDEX events_number ON public.events USING btree (store_id, event_number)
  CREATE INDEX events_store_due ON public.events USING btree (store_id, due_on)
  CREATE TRIGGER events_changed AFTER UPDATE ON public.events FOR EACH ROW WHEN ((((((((((((((old.store_id IS DISTINCT FROM new.store_id) OR (old.mplan_id IS DISTINCT FROM new.mplan_id)) OR (old.name IS DISTINCT FROM new.name)) OR (old.event_number IS DISTINCT FROM new.event_number)) OR (old.type IS DISTINCT FROM new.type)) OR (old.type_by_hand IS DISTINCT FROM new.type_by_hand)) OR (old.starts_on IS DISTINCT FROM new.starts_on)) OR (old.due_on IS DISTINCT FROM new.due_on)) OR (old.duration_minutes IS DISTINCT FROM new.duration_minutes)) OR (old.condition IS DISTINCT FROM new.condition)) OR (old.instructions_url IS DISTINCT FROM new.instructions_url)) OR (old.project_reference_number IS DISTINCT FROM new.project_reference_number)) OR (old.gone_since IS DISTINCT FROM new.gone_since))) EXECUTE FUNCTION notify_row_change('event')

TABLE holidays
  id integer NOT NULL IDENTITY
  day date NOT NULL
  name text NOT NULL
  yearly boolean NOT NULL DEFAULT false
  CONSTRAINT holidays_day_unique UNIQUE (day)
  CONSTRAINT holidays_pkey PRIMARY KEY (id)
  CREATE TRIGGER holidays_changed AFTER INSERT OR DELETE OR UPDATE ON public.holidays FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('all')

TABLE instruction_files
  store_id integer NOT NULL
  hash text NOT NULL
  size integer NOT NULL
  pages integer NOT NULL
  content bytea NOT NULL
  stored_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT instruction_files_store_id_hash_pk PRIMARY KEY (store_id, hash)
  CONSTRAINT instruction_files_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE

TABLE notes
  id integer NOT NULL IDENTITY
  event_id integer
  employee_id integer
  store_id integer
  day date
  text text NOT NULL
  version integer NOT NULL DEFAULT nextval('record_versions'::regclass)
  written_by text NOT NULL
  written_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT notes_day_of_store CHECK (((day IS NULL) = (store_id IS NULL)))
  CONSTRAINT notes_employeeId_unique UNIQUE (employee_id)
  CONSTRAINT notes_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT notes_eventId_unique UNIQUE (event_id)
  CONSTRAINT notes_event_id_events_id_fk FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE
  CONSTRAINT notes_of_day UNIQUE (store_id, day)
  CONSTRAINT notes_of_one CHECK ((num_nonnulls(event_id, employee_id, day) = 1))
  CONSTRAINT notes_pkey PRIMARY KEY (id)
  CONSTRAINT notes_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE
  CREATE TRIGGER notes_changed AFTER INSERT OR DELETE OR UPDATE ON public.notes FOR EACH ROW EXECUTE FUNCTION notify_store_change('note')

TABLE paper_templates
  id integer NOT NULL IDENTITY
  store_id integer NOT NULL
  name text NOT NULL
  level template_level NOT NULL
  position integer NOT NULL
  is_active boolean NOT NULL DEFAULT true
  size integer NOT NULL
  pages integer NOT NULL
  content bytea NOT NULL
  version integer NOT NULL DEFAULT 1
  uploaded_by text NOT NULL
  uploaded_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT paper_templates_name UNIQUE (store_id, name)
  CONSTRAINT paper_templates_pkey PRIMARY KEY (id)
  CONSTRAINT paper_templates_position CHECK (("position" >= 1))
  CONSTRAINT paper_templates_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE
  CREATE TRIGGER paper_templates_changed AFTER INSERT OR DELETE OR UPDATE ON public.paper_templates FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('paper')

TABLE paused_tasks
  task text NOT NULL
  paused_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  paused_by text NOT NULL
  CONSTRAINT paused_tasks_pkey PRIMARY KEY (task)
  CREATE TRIGGER paused_tasks_changed AFTER INSERT OR DELETE ON public.paused_tasks FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('crossmark')

TABLE planned_days
  event_id integer NOT NULL
  employee_id integer NOT NULL
  work_date date NOT NULL
  starts_at timestamp(3) with time zone NOT NULL
  ends_at timestamp(3) with time zone NOT NULL
  planned_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT planned_days_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT planned_days_event_id_employee_id_work_date_pk PRIMARY KEY (event_id, employee_id, work_date)
  CONSTRAINT planned_days_event_id_events_id_fk FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE
  CREATE INDEX planned_days_of_person ON public.planned_days USING btree (employee_id, work_date)

TABLE proposal_approvals
  id integer NOT NULL IDENTITY
  proposal_id integer NOT NULL
  approved_by text NOT NULL
  approved_by_name text NOT NULL
  approved_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  undone_by_name text
  undone_at timestamp(3) with time zone
  CONSTRAINT proposal_approvals_pkey PRIMARY KEY (id)
  CONSTRAINT proposal_approvals_proposal_id_proposals_id_fk FOREIGN KEY (proposal_id) REFERENCES proposals(id) ON DELETE CASCADE
  CREATE INDEX proposal_approvals_of_proposal ON public.proposal_approvals USING btree (proposal_id, id)

TABLE proposal_lines
  id integer NOT NULL IDENTITY
  proposal_id integer NOT NULL
  kind proposal_line_kind NOT NULL
  event_id integer NOT NULL
  employee_id integer NOT NULL
  starts_at timestamp(3) with time zone NOT NULL
  ends_at timestamp(3) with time zone NOT NULL
  work_date date NOT NULL
  from_schedule_id integer
  from_version integer
  from_employee_id integer
  from_starts_at timestamp(3) with time zone
  core_event_id integer
  makes_room_for integer
  ticked boolean NOT NULL DEFAULT true
  locked boolean NOT NULL DEFAULT false
  state proposal_line_state NOT NULL DEFAULT 'proposed'::proposal_line_state
  schedule_id integer
  refusal text
  why text NOT NULL
  runner_up jsonb
  warnings jsonb NOT NULL DEFAULT '[]'::jsonb
  schedule_version integer
  approval_id integer
  proposed_employee_id integer
  proposed_starts_at timestamp(3) with time zone
  repairs integer
  unticked_by_move boolean NOT NULL DEFAULT false
  locked_before boolean NOT NULL DEFAULT false
  CONSTRAINT proposal_lines_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT proposal_lines_event_id_events_id_fk FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE
  CONSTRAINT proposal_lines_pkey PRIMARY KEY (id)
  CONSTRAINT proposal_lines_proposal_id_proposals_id_fk FOREIGN KEY (proposal_id) REFERENCES proposals(id) ON DELETE CASCADE
  CREATE INDEX proposal_lines_of_event ON public.proposal_lines USING btree (event_id)
  CREATE INDEX proposal_lines_of_person ON public.proposal_lines USING btree (employee_id)
  CREATE UNIQUE INDEX proposal_lines_event ON public.proposal_lines USING btree (proposal_id, event_id)

TABLE proposals
  id integer NOT NULL IDENTITY
  store_id integer NOT NULL
  state proposal_state NOT NULL DEFAULT 'running'::proposal_state
  version integer NOT NULL DEFAULT 1
  requested_by text NOT NULL
  requested_by_name text NOT NULL
  from_day date NOT NULL
  to_day date NOT NULL
  options jsonb NOT NULL
  replaces integer
  made_by text
  note text
  outcome jsonb
  created_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  finished_at timestamp(3) with time zone
  updated_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  cause jsonb
  occasion proposal_occasion NOT NULL DEFAULT 'request'::proposal_occasion
  job_id text
  CONSTRAINT proposals_pkey PRIMARY KEY (id)
  CONSTRAINT proposals_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE
  CREATE INDEX proposals_of_store ON public.proposals USING btree (store_id, id)
  CREATE UNIQUE INDEX proposals_one_running ON public.proposals USING btree (store_id, COALESCE((cause)::text, ''::text)) WHERE (state = 'running'::proposal_state)
  CREATE TRIGGER proposals_changed AFTER INSERT OR UPDATE ON public.proposals FOR EACH ROW EXECUTE FUNCTION notify_row_change('proposal')

TABLE refresh_runs
  id integer NOT NULL IDENTITY
  requested_by text NOT NULL
  state refresh_state NOT NULL DEFAULT 'queued'::refresh_state
  requested_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  started_at timestamp(3) with time zone
  finished_at timestamp(3) with time zone
  read integer NOT NULL DEFAULT 0
  total integer
  created integer NOT NULL DEFAULT 0
  updated integer NOT NULL DEFAULT 0
  unchanged integer NOT NULL DEFAULT 0
  gone integer NOT NULL DEFAULT 0
  drifted integer NOT NULL DEFAULT 0
  bad_rows jsonb NOT NULL DEFAULT '[]'::jsonb
  failure_reason text
  unconfirmed integer NOT NULL DEFAULT 0
  missing jsonb NOT NULL DEFAULT '[]'::jsonb
  CONSTRAINT refresh_runs_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX refresh_runs_one_open ON public.refresh_runs USING btree ((true)) WHERE (state = ANY (ARRAY['queued'::refresh_state, 'running'::refresh_state]))
  CREATE UNIQUE INDEX refresh_runs_one_question ON public.refresh_runs USING btree ((true)) WHERE (state = 'needs_decision'::refresh_state)
  CREATE TRIGGER refresh_runs_changed AFTER INSERT OR UPDATE ON public.refresh_runs FOR EACH ROW EXECUTE FUNCTION notify_row_change('refresh')

TABLE rep_readings
  id integer NOT NULL IDENTITY
  requested_by text NOT NULL
  state rep_reading_state NOT NULL DEFAULT 'queued'::rep_reading_state
  requested_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  finished_at timestamp(3) with time zone
  failure_reason text
  CONSTRAINT rep_readings_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX rep_readings_one_open ON public.rep_readings USING btree ((true)) WHERE (state = 'queued'::rep_reading_state)
  CREATE TRIGGER rep_readings_changed AFTER INSERT OR UPDATE ON public.rep_readings FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('employee')

TABLE rotation_exceptions
  store_id integer NOT NULL
  kind rotation_kind NOT NULL
  day date NOT NULL
  employee_id integer NOT NULL
  reason text
  CONSTRAINT rotation_exceptions_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT rotation_exceptions_store_id_kind_day_pk PRIMARY KEY (store_id, kind, day)
  CONSTRAINT rotation_exceptions_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE
  CREATE INDEX rotation_exceptions_of_person ON public.rotation_exceptions USING btree (employee_id)
  CREATE TRIGGER rotation_exceptions_changed AFTER INSERT OR DELETE OR UPDATE ON public.rotation_exceptions FOR EACH ROW EXECUTE FUNCTION notify_store_change('proposal')

TABLE rotation_turns
  store_id integer NOT NULL
  kind rotation_kind NOT NULL
  weekday integer NOT NULL
  employee_id integer NOT NULL
  CONSTRAINT rotation_turns_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT rotation_turns_store_id_kind_weekday_pk PRIMARY KEY (store_id, kind, weekday)
  CONSTRAINT rotation_turns_store_id_stores_id_fk FOREIGN KEY (store_id) REFERENCES stores(id) ON DELETE CASCADE
  CONSTRAINT rotation_turns_weekday CHECK (((weekday >= 0) AND (weekday <= 6)))
  CREATE INDEX rotation_turns_of_person ON public.rotation_turns USING btree (employee_id)
  CREATE TRIGGER rotation_turns_changed AFTER INSERT OR DELETE OR UPDATE ON public.rotation_turns FOR EACH ROW EXECUTE FUNCTION notify_store_change('proposal')

TABLE schedules
  id integer NOT NULL IDENTITY
  event_id integer NOT NULL
  employee_id integer NOT NULL
  starts_at timestamp(3) with time zone NOT NULL
  ends_at timestamp(3) with time zone NOT NULL
  work_date date NOT NULL
  source schedule_source NOT NULL DEFAULT 'board'::schedule_source
  version integer NOT NULL DEFAULT 1
  override_reason text
  ended_at timestamp(3) with time zone
  created_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  updated_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  reissue_of text
  reissue_expires_on date
  reissue_responses boolean
  CONSTRAINT schedules_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id)
  CONSTRAINT schedules_event_id_events_id_fk FOREIGN KEY (event_id) REFERENCES events(id)
  CONSTRAINT schedules_order CHECK ((starts_at < ends_at))
  CONSTRAINT schedules_pkey PRIMARY KEY (id)
  CONSTRAINT schedules_reissue CHECK ((num_nonnulls(reissue_of, reissue_expires_on, reissue_responses) = ANY (ARRAY[0, 3])))
  CREATE INDEX schedules_live_by_day ON public.schedules USING btree (work_date, employee_id) WHERE (ended_at IS NULL)
  CREATE INDEX schedules_of_event ON public.schedules USING btree (event_id)
  CREATE UNIQUE INDEX schedules_one_live_per_event ON public.schedules USING btree (event_id) WHERE (ended_at IS NULL)
  CREATE TRIGGER schedules_changed AFTER UPDATE ON public.schedules FOR EACH ROW EXECUTE FUNCTION notify_event_change()
  CREATE TRIGGER schedules_made AFTER INSERT ON public.schedules REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION note_new_schedules()
  CREATE TRIGGER schedules_planned AFTER UPDATE OF employee_id, starts_at, ends_at, work_date ON public.schedules FOR EACH ROW WHEN ((new.ended_at IS NULL)) EXECUTE FUNCTION note_planned_day()

TABLE sign_in_tries
  key text NOT NULL
  tries integer NOT NULL
  last_at timestamp(3) with time zone NOT NULL
  wait_until timestamp(3) with time zone NOT NULL
  CONSTRAINT sign_in_tries_pkey PRIMARY KEY (key)
  CREATE INDEX sign_in_tries_last ON public.sign_in_tries USING btree (last_at)

TABLE stores
  id integer NOT NULL IDENTITY
  crossmark_store_id text NOT NULL
  number text NOT NULL
  name text NOT NULL
  time_zone text NOT NULL
  slots jsonb NOT NULL DEFAULT '{}'::jsonb
  durations jsonb NOT NULL DEFAULT '{}'::jsonb
  version integer NOT NULL DEFAULT 1
  role_limits jsonb NOT NULL DEFAULT '{}'::jsonb
  noon_check_by text NOT NULL DEFAULT 'lead_with_core'::text
  planning jsonb NOT NULL DEFAULT '{}'::jsonb
  night_planned_on date
  slot_times jsonb NOT NULL DEFAULT '{}'::jsonb
  CONSTRAINT stores_crossmarkStoreId_unique UNIQUE (crossmark_store_id)
  CONSTRAINT stores_number_unique UNIQUE (number)
  CONSTRAINT stores_pkey PRIMARY KEY (id)
  CREATE TRIGGER stores_changed AFTER UPDATE ON public.stores FOR EACH STATEMENT EXECUTE FUNCTION notify_kind_change('all')

TABLE sync_attempts
  id bigint NOT NULL IDENTITY
  task text NOT NULL
  job_id text NOT NULL
  worker_id text NOT NULL
  event_id integer
  employee_id integer
  schedule_id integer
  number integer NOT NULL DEFAULT 1
  started_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  finished_at timestamp(3) with time zone
  outcome attempt_outcome
  summary text
  failure_kind failure_kind
  failure_reason text
  next_try_at timestamp(3) with time zone
  CONSTRAINT sync_attempts_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT sync_attempts_event_id_events_id_fk FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE
  CONSTRAINT sync_attempts_pkey PRIMARY KEY (id)
  CREATE INDEX sync_attempts_employee ON public.sync_attempts USING btree (employee_id, id)
  CREATE INDEX sync_attempts_event ON public.sync_attempts USING btree (event_id, id)
  CREATE INDEX sync_attempts_failed ON public.sync_attempts USING btree (started_at) WHERE (outcome = ANY (ARRAY['retry'::attempt_outcome, 'waiting'::attempt_outcome]))
  CREATE INDEX sync_attempts_job ON public.sync_attempts USING btree (job_id)
  CREATE INDEX sync_attempts_task ON public.sync_attempts USING btree (task, id)

TABLE sync_steps
  id bigint NOT NULL IDENTITY
  event_id integer NOT NULL
  kind sync_step_kind NOT NULL
  state sync_step_state NOT NULL DEFAULT 'sent'::sync_step_state
  rep_id text
  starts_at timestamp(3) with time zone
  ends_at timestamp(3) with time zone
  booking_id text
  detail text
  sent_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  answered_at timestamp(3) with time zone
  schedule_id integer
  condition event_condition
  CONSTRAINT sync_steps_event_id_events_id_fk FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE
  CONSTRAINT sync_steps_pkey PRIMARY KEY (id)
  CREATE INDEX sync_steps_event ON public.sync_steps USING btree (event_id, id)

TABLE time_off
  id integer NOT NULL IDENTITY
  employee_id integer NOT NULL
  starts_on date NOT NULL
  ends_on date NOT NULL
  reason text
  from_time text
  until_time text
  CONSTRAINT time_off_employee_id_employees_id_fk FOREIGN KEY (employee_id) REFERENCES employees(id) ON DELETE CASCADE
  CONSTRAINT time_off_hours CHECK ((from_time < until_time))
  CONSTRAINT time_off_order CHECK ((starts_on <= ends_on))
  CONSTRAINT time_off_pkey PRIMARY KEY (id)

TABLE user_accounts
  id text NOT NULL
  user_id text NOT NULL
  account_id text NOT NULL
  provider_id text NOT NULL
  access_token text
  refresh_token text
  id_token text
  access_token_expires_at timestamp with time zone
  refresh_token_expires_at timestamp with time zone
  scope text
  password text
  created_at timestamp with time zone NOT NULL DEFAULT app_now()
  updated_at timestamp with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT user_accounts_pkey PRIMARY KEY (id)
  CONSTRAINT user_accounts_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
  CREATE UNIQUE INDEX user_accounts_one_of_a_kind ON public.user_accounts USING btree (user_id, provider_id)

TABLE user_sessions
  id text NOT NULL
  user_id text NOT NULL
  token text NOT NULL
  expires_at timestamp with time zone NOT NULL
  ip_address text
  user_agent text
  created_at timestamp with time zone NOT NULL DEFAULT app_now()
  updated_at timestamp with time zone NOT NULL DEFAULT app_now()
  app text
  sign_in_version integer
  CONSTRAINT user_sessions_pkey PRIMARY KEY (id)
  CONSTRAINT user_sessions_sign_in_version FOREIGN KEY (user_id, sign_in_version) REFERENCES users(id, sign_in_version) ON UPDATE CASCADE ON DELETE CASCADE
  CONSTRAINT user_sessions_token_unique UNIQUE (token)
  CONSTRAINT user_sessions_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
  CREATE INDEX user_sessions_user ON public.user_sessions USING btree (user_id)
  CREATE TRIGGER user_sessions_ended AFTER DELETE ON public.user_sessions REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION notify_sessions_ended()

TABLE user_verifications
  id text NOT NULL
  identifier text NOT NULL
  value text NOT NULL
  expires_at timestamp with time zone NOT NULL
  created_at timestamp with time zone NOT NULL DEFAULT app_now()
  updated_at timestamp with time zone NOT NULL DEFAULT app_now()
  CONSTRAINT user_verifications_pkey PRIMARY KEY (id)
  CREATE INDEX user_verifications_identifier ON public.user_verifications USING btree (identifier)

TABLE users
  id text NOT NULL
  name text NOT NULL
  email text NOT NULL
  email_verified boolean NOT NULL DEFAULT false
  image text
  role user_role NOT NULL DEFAULT 'viewer'::user_role
  created_at timestamp with time zone NOT NULL DEFAULT app_now()
  updated_at timestamp with time zone NOT NULL DEFAULT app_now()
  disabled_at timestamp with time zone
  version integer NOT NULL DEFAULT 1
  sign_in_version integer NOT NULL DEFAULT 1
  store_ids integer[]
  CONSTRAINT users_email_unique UNIQUE (email)
  CONSTRAINT users_pkey PRIMARY KEY (id)
  CONSTRAINT users_sign_in_version UNIQUE (id, sign_in_version)
  CONSTRAINT users_stores CHECK (((store_ids IS NULL) OR ((cardinality(store_ids) > 0) AND (role <> 'admin'::user_role))))
  CREATE TRIGGER users_access_changed AFTER UPDATE ON public.users FOR EACH ROW WHEN (((old.role IS DISTINCT FROM new.role) OR (old.disabled_at IS DISTINCT FROM new.disabled_at) OR (old.store_ids IS DISTINCT FROM new.store_ids))) EXECUTE FUNCTION notify_access_change()

TABLE workers
  id text NOT NULL
  host text NOT NULL
  pid integer NOT NULL
  concurrency integer NOT NULL
  started_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  seen_at timestamp(3) with time zone NOT NULL DEFAULT app_now()
  sends_mail boolean NOT NULL DEFAULT false
  CONSTRAINT workers_pkey PRIMARY KEY (id)

TABLE write_checks
  at timestamp(3) with time zone NOT NULL

CREATE OR REPLACE FUNCTION public.add_audit_outcome(row_id bigint, outcome jsonb)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
BEGIN ATOMIC
 WITH added AS (
          UPDATE audit_log SET after = (add_audit_outcome.outcome || audit_log.after)
           WHERE ((audit_log.id = add_audit_outcome.row_id) AND (audit_log.subject_type = ANY (ARRAY['queue'::text, 'job'::text, 'scheduler'::text])) AND (audit_log.after ? 'asked'::text) AND (NOT (audit_log.after ? 'status'::text)))
           RETURNING audit_log.id
         )
  SELECT (count(*) = 1)
    FROM added;
END

CREATE OR REPLACE FUNCTION public.app_clock()
 RETURNS timestamp with time zone
 LANGUAGE sql
 PARALLEL SAFE
RETURN (clock_timestamp() + app_clock_offset())

CREATE OR REPLACE FUNCTION public.app_clock_offset()
 RETURNS interval
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (COALESCE(NULLIF(current_setting('scheduler.clock_offset'::text, true), ''::text), '0'::text))::interval

CREATE OR REPLACE FUNCTION public.app_now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (now() + app_clock_offset())

CREATE OR REPLACE FUNCTION public.note_new_schedules()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO planned_days (event_id, employee_id, work_date, starts_at, ends_at)
  SELECT event_id, employee_id, work_date, starts_at, ends_at FROM made WHERE ended_at IS NULL
  ON CONFLICT (event_id, employee_id, work_date)
  DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, planned_at = excluded.planned_at;
  -- The same text as notify_row_change() sends for the event itself, so that Postgres delivers it once.
  PERFORM pg_notify('changes', json_strip_nulls(json_build_object('kind', 'event', 'id', event_id,
    'storeId', (SELECT store_id FROM events WHERE id = event_id)))::text)
  FROM made;
  RETURN NULL;
END $function$

CREATE OR REPLACE FUNCTION public.note_planned_day()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO planned_days (event_id, employee_id, work_date, starts_at, ends_at)
  VALUES (NEW.event_id, NEW.employee_id, NEW.work_date, NEW.starts_at, NEW.ends_at)
  ON CONFLICT (event_id, employee_id, work_date)
  DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, planned_at = excluded.planned_at;
  RETURN NULL;
END $function$

CREATE OR REPLACE FUNCTION public.notify_access_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', 'access', 'id', 0, 'userIds', array[NEW.id])::text);
  RETURN NULL;
END $function$

CREATE OR REPLACE FUNCTION public.notify_event_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_notify('changes', json_strip_nulls(json_build_object('kind', 'event', 'id', NEW.event_id,
    'storeId', (SELECT store_id FROM events WHERE id = NEW.event_id)))::text);
  RETURN NULL;
END $function$

CREATE OR REPLACE FUNCTION public.notify_kind_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', TG_ARGV[0], 'id', 0)::text);
  RETURN NULL;
END $function$

CREATE OR REPLACE FUNCTION public.notify_row_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  store integer;
BEGIN
  IF TG_ARGV[0] IN ('employee', 'event', 'proposal') THEN
    store := NEW.store_id;
  END IF;
  PERFORM pg_notify('changes', json_strip_nulls(json_build_object(
    'kind', TG_ARGV[0], 'id', NEW.id, 'storeId', store))::text);
  RETURN NULL;
END $function$

CREATE OR REPLACE FUNCTION public.notify_sessions_ended()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  ended text[] := array(SELECT DISTINCT user_id FROM gone);
BEGIN
  IF cardinality(ended) > 100 THEN
    PERFORM pg_notify('changes', json_build_object('kind', 'access', 'id', 0)::text);
  ELSIF cardinality(ended) > 0 THEN
    PERFORM pg_notify('changes', json_build_object('kind', 'access', 'id', 0, 'userIds', ended)::text);
  END IF;
  RETURN NULL;
END $function$

CREATE OR REPLACE FUNCTION public.notify_store_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  changed jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', TG_ARGV[0], 'id', 0, 'storeId', coalesce(
    (changed ->> 'store_id')::integer,
    (SELECT store_id FROM events WHERE id = (changed ->> 'event_id')::integer),
    (SELECT store_id FROM employees WHERE id = (changed ->> 'employee_id')::integer)))::text);
  RETURN NULL;
END $function$

CREATE OR REPLACE FUNCTION public.prune_audit_log(older_than_days integer, most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
DECLARE
  removed integer;
  moved interval;
BEGIN
  IF older_than_days IS NULL OR older_than_days < 30 THEN
    RAISE EXCEPTION 'The audit log keeps its rows for 30 days at least.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT substring(entry FROM '=(.*)')::interval INTO moved
    FROM pg_db_role_setting, unnest(setconfig) AS entry
    WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND entry LIKE 'scheduler.clock\_offset=%';
  DELETE FROM audit_log WHERE id IN (
    SELECT id FROM (SELECT id, at FROM audit_log ORDER BY id LIMIT most) oldest
    WHERE at < now() + coalesce(moved, interval '0') - older_than_days * interval '1 day'
  );
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $function$

CREATE OR REPLACE FUNCTION public.search_form(given text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (octet_length(given) = char_length(given)) THEN btrim(regexp_replace(lower((translate(given, '`'::text, ''''::text) COLLATE pg_c_utf8)), '[\u0009-\u000d\u0020]+'::text, ' '::text, 'g'::text)) ELSE btrim(regexp_replace(translate(replace(replace(replace(replace(lower((regexp_replace(NORMALIZE(given, NFKD), '[\u0300-\u036f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]'::text, ''::text, 'g'::text) COLLATE pg_c_utf8)), 'ß'::text, 'ss'::text), 'æ'::text, 'ae'::text), 'œ'::text, 'oe'::text), 'þ'::text, 'th'::text), 'øđðłħıς‐‑‒–—―⁃−`ʼ‘’‚‛′“”„‟'::text, 'oddlhiσ--------''''''''''''''""""'::text), '[\u0009-\u000d\u0020\u1680\u2028\u2029]+'::text, ' '::text, 'g'::text)) END
