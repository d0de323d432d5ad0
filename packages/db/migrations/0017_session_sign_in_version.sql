ALTER TABLE "user_sessions" ADD COLUMN "sign_in_version" integer;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "sign_in_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_sign_in_version" UNIQUE("id","sign_in_version");--> statement-breakpoint
ALTER TABLE "user_sessions" ADD CONSTRAINT "user_sessions_sign_in_version" FOREIGN KEY ("user_id","sign_in_version") REFERENCES "public"."users"("id","sign_in_version") ON DELETE cascade ON UPDATE cascade;
