CREATE TABLE "write_checks" (
	"at" timestamptz(3) NOT NULL
);
