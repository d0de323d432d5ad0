CREATE TABLE "paused_tasks" (
	"task" text PRIMARY KEY NOT NULL,
	"paused_at" timestamptz(3) DEFAULT now() NOT NULL,
	"paused_by" text NOT NULL
);
