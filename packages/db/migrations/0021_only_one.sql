-- What there should be one of and may be several of by now: the newest stays, the others end as they would have.
DELETE FROM "access_links" "older" USING "access_links" "newer"
WHERE "older"."kind" = 'invite' AND "newer"."kind" = 'invite' AND "older"."email" = "newer"."email" AND "older"."id" < "newer"."id";
--> statement-breakpoint
DELETE FROM "access_links" "older" USING "access_links" "newer"
WHERE "older"."kind" = 'reset' AND "newer"."kind" = 'reset' AND "older"."user_id" = "newer"."user_id" AND "older"."id" < "newer"."id";
--> statement-breakpoint
UPDATE "refresh_runs" SET "state" = 'failed', "finished_at" = app_now(), "failure_reason" = 'Another reading was under way.'
WHERE "state" IN ('queued', 'running') AND "id" < (SELECT max("id") FROM "refresh_runs" WHERE "state" IN ('queued', 'running'));
--> statement-breakpoint
UPDATE "refresh_runs" SET "state" = 'superseded'
WHERE "state" = 'needs_decision' AND "id" < (SELECT max("id") FROM "refresh_runs" WHERE "state" = 'needs_decision');
--> statement-breakpoint
UPDATE "rep_readings" SET "state" = 'failed', "finished_at" = app_now(), "failure_reason" = 'Another reading was under way.'
WHERE "state" = 'queued' AND "id" < (SELECT max("id") FROM "rep_readings" WHERE "state" = 'queued');
--> statement-breakpoint
DELETE FROM "user_accounts" "older" USING "user_accounts" "newer"
WHERE "older"."user_id" = "newer"."user_id" AND "older"."provider_id" = "newer"."provider_id"
  AND ("older"."updated_at", "older"."id") < ("newer"."updated_at", "newer"."id");
--> statement-breakpoint
DROP INDEX "user_accounts_user";--> statement-breakpoint
CREATE UNIQUE INDEX "access_links_one_invite" ON "access_links" USING btree ("email") WHERE "access_links"."kind" = 'invite';--> statement-breakpoint
CREATE UNIQUE INDEX "access_links_one_reset" ON "access_links" USING btree ("user_id") WHERE "access_links"."kind" = 'reset';--> statement-breakpoint
CREATE UNIQUE INDEX "rep_readings_one_open" ON "rep_readings" USING btree ((true)) WHERE "rep_readings"."state" = 'queued';--> statement-breakpoint
CREATE UNIQUE INDEX "refresh_runs_one_open" ON "refresh_runs" USING btree ((true)) WHERE "refresh_runs"."state" in ('queued', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "refresh_runs_one_question" ON "refresh_runs" USING btree ((true)) WHERE "refresh_runs"."state" = 'needs_decision';--> statement-breakpoint
CREATE UNIQUE INDEX "user_accounts_one_of_a_kind" ON "user_accounts" USING btree ("user_id","provider_id");