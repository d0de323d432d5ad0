ALTER TYPE "public"."refresh_state" ADD VALUE 'needs_decision';--> statement-breakpoint
ALTER TYPE "public"."refresh_state" ADD VALUE 'superseded';--> statement-breakpoint
ALTER TABLE "event_syncs" ADD COLUMN "doubt" jsonb;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "missing_runs" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "refresh_runs" ADD COLUMN "unconfirmed" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "refresh_runs" ADD COLUMN "missing" jsonb DEFAULT '[]'::jsonb NOT NULL;