CREATE TYPE "public"."proposal_occasion" AS ENUM('request', 'import', 'refresh', 'night');--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "never_plan" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "proposal_lines" ADD COLUMN "proposed_employee_id" integer;--> statement-breakpoint
ALTER TABLE "proposal_lines" ADD COLUMN "proposed_starts_at" timestamptz(3);--> statement-breakpoint
ALTER TABLE "proposal_lines" ADD COLUMN "repairs" integer;--> statement-breakpoint
ALTER TABLE "proposals" ADD COLUMN "occasion" "proposal_occasion" DEFAULT 'request' NOT NULL;--> statement-breakpoint
ALTER TABLE "proposals" ADD COLUMN "job_id" text;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "planning" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "night_planned_on" date;