CREATE TABLE "alerts" (
	"name" text PRIMARY KEY NOT NULL,
	"seen_since" timestamptz(3),
	"is_told" boolean DEFAULT false NOT NULL,
	"told_at" timestamptz(3),
	"claimed_until" timestamptz(3),
	"failure" text
);
