ALTER TABLE "stores" ADD COLUMN "role_limits" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "noon_check_by" text DEFAULT 'lead_with_core' NOT NULL;