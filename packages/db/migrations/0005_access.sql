CREATE TYPE "public"."access_link_kind" AS ENUM('set_up', 'invite', 'reset');--> statement-breakpoint
CREATE TABLE "access_links" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "access_links_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"kind" "access_link_kind" NOT NULL,
	"token_hash" text NOT NULL,
	"user_id" text,
	"email" text,
	"name" text,
	"role" "user_role",
	"created_by" text NOT NULL,
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	"expires_at" timestamptz(3) NOT NULL,
	CONSTRAINT "access_links_tokenHash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "sign_in_tries" (
	"key" text PRIMARY KEY NOT NULL,
	"tries" integer NOT NULL,
	"last_at" timestamptz(3) NOT NULL,
	"wait_until" timestamptz(3) NOT NULL
);
--> statement-breakpoint
ALTER TABLE "user_sessions" ADD COLUMN "app" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "disabled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "access_links" ADD CONSTRAINT "access_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "access_links_user" ON "access_links" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sign_in_tries_last" ON "sign_in_tries" USING btree ("last_at");--> statement-breakpoint
-- Open streams look again whether they are still somebody's, whoever ended the session or took the role.
CREATE FUNCTION notify_access_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('changes', json_build_object('kind', 'access', 'id', 0)::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER user_sessions_ended AFTER DELETE ON user_sessions
  FOR EACH ROW EXECUTE FUNCTION notify_access_change();
--> statement-breakpoint
CREATE TRIGGER users_access_changed AFTER UPDATE ON users
  FOR EACH ROW WHEN ((OLD.role, OLD.disabled_at) IS DISTINCT FROM (NEW.role, NEW.disabled_at))
  EXECUTE FUNCTION notify_access_change();
