ALTER TABLE "schedules" ADD COLUMN "reissue_of" text;--> statement-breakpoint
ALTER TABLE "schedules" ADD COLUMN "reissue_expires_on" date;--> statement-breakpoint
ALTER TABLE "schedules" ADD COLUMN "reissue_responses" boolean;--> statement-breakpoint
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_reissue" CHECK (num_nonnulls("schedules"."reissue_of", "schedules"."reissue_expires_on", "schedules"."reissue_responses") in (0, 3));