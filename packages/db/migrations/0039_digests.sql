CREATE TYPE "public"."digest_state" AS ENUM('sending', 'sent', 'refused', 'unknown');--> statement-breakpoint
CREATE TABLE "digest_sends" (
	"user_id" text NOT NULL,
	"store_id" integer NOT NULL,
	"day" date NOT NULL,
	"state" "digest_state" DEFAULT 'sending' NOT NULL,
	"attempts" integer DEFAULT 1 NOT NULL,
	"retry_at" timestamptz(3),
	"sent_at" timestamptz(3),
	"failure" text,
	CONSTRAINT "digest_sends_user_id_store_id_day_pk" PRIMARY KEY("user_id","store_id","day")
);
--> statement-breakpoint
CREATE TABLE "digest_subscriptions" (
	"user_id" text NOT NULL,
	"store_id" integer NOT NULL,
	"send_at" text NOT NULL,
	"changed_at" timestamptz(3) DEFAULT app_now() NOT NULL,
	CONSTRAINT "digest_subscriptions_user_id_store_id_pk" PRIMARY KEY("user_id","store_id"),
	CONSTRAINT "digest_subscriptions_time" CHECK ("digest_subscriptions"."send_at" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$')
);
--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "sends_mail" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "digest_sends" ADD CONSTRAINT "digest_sends_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "digest_sends" ADD CONSTRAINT "digest_sends_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "digest_subscriptions" ADD CONSTRAINT "digest_subscriptions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "digest_subscriptions" ADD CONSTRAINT "digest_subscriptions_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "digest_sends_day" ON "digest_sends" USING btree ("day");