CREATE TABLE "proposal_approvals" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "proposal_approvals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"proposal_id" integer NOT NULL,
	"approved_by" text NOT NULL,
	"approved_by_name" text NOT NULL,
	"approved_at" timestamptz(3) DEFAULT app_now() NOT NULL,
	"undone_by_name" text,
	"undone_at" timestamptz(3)
);
--> statement-breakpoint
ALTER TABLE "proposal_lines" ADD COLUMN "schedule_version" integer;--> statement-breakpoint
ALTER TABLE "proposal_lines" ADD COLUMN "approval_id" integer;--> statement-breakpoint
ALTER TABLE "proposals" ADD COLUMN "cause" jsonb;--> statement-breakpoint
ALTER TABLE "proposal_approvals" ADD CONSTRAINT "proposal_approvals_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "proposal_approvals_of_proposal" ON "proposal_approvals" USING btree ("proposal_id","id");