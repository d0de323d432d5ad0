import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect, type Database } from './connect.ts';
import { type EmbeddedPostgres, startPostgres } from './embedded.ts';
import { primaryOf, urlAt } from './primary.ts';
import { becomeStandby, copyAsStandby } from './testing.ts';

const directory = mkdtempSync(join('/tmp', 'crossmark-hosts-'));
let first: EmbeddedPostgres;
let second: EmbeddedPostgres;
/** Both hosts, the first of them as the first. */
let url: string;
const opened: Database[] = [];

const start = (at: string) => startPostgres({ directory: at, durable: false });
let processes = 0;
/** The URL as another process would have it, which knows nothing of the hosts yet. */
const newUrl = () => `${url}?application_name=process-${processes++}`;
function open(max = 2, at = newUrl()): Database {
  const database = connect(at, { max });
  opened.push(database);
  return database;
}
const portOf = async ({ sql }: Database) => (await sql`select inet_server_port() as port`)[0]?.port;

beforeAll(async () => {
  first = await start(join(directory, 'first'));
  await first.stop();
  const standby = copyAsStandby(first, first.url);
  first = await start(first.directory);
  second = await start(standby);
  const { username, password } = new URL(first.url);
  url = `postgres://${username}:${password}@127.0.0.1:${first.port},127.0.0.1:${second.port}/postgres`;
});
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await Promise.all([first?.stop('immediate'), second?.stop('immediate')]);
  for (const files of [directory, first?.directory, second?.directory])
    if (files) rmSync(files, { recursive: true, force: true });
});

/** Runs on one server, whatever it is. */
async function on(server: EmbeddedPostgres, statement: string) {
  const database = connect(server.url, { max: 1 });
  return database.sql.unsafe(statement).finally(database.close);
}
const isStandby = async (server: EmbeddedPostgres) =>
  (await on(server, 'select pg_is_in_recovery()'))[0]?.pg_is_in_recovery;

test('of two hosts, all connections go to the primary, whichever is named first', async () => {
  expect(await isStandby(second)).toBe(true);
  const database = open(4);
  expect(await Promise.all(Array.from({ length: 8 }, () => portOf(database)))).toEqual(
    Array(8).fill(first.port),
  );
  const reversed = open(1, newUrl().replace(/@([^,]+),([^/]+)/, '@$2,$1'));
  expect(await portOf(reversed)).toBe(first.port);
});

test('an address with one host is used without asking what it is', () => {
  expect(primaryOf(second.url)).toBeNull();
});

test('the URL of a host by its number has it in brackets if it is of version 6', () => {
  const input = 'postgres://ada@db-a:5432/scheduler?sslmode=disable';
  expect(urlAt(input, { host: '::1', port: 6432 })).toBe(
    'postgres://ada@[::1]:6432/scheduler?sslmode=disable',
  );
  expect(urlAt(input, { host: 'db-b', port: 5432 })).toBe(
    'postgres://ada@db-b:5432/scheduler?sslmode=disable',
  );
});

test('a refused write moves all connections of the process to the new primary, also those that only read', async () => {
  const at = newUrl();
  const [writer, reader] = [open(2, at), open(1, at)];
  await writer.sql`create table kept (n int)`;
  expect(await portOf(reader)).toBe(first.port);
  // What a managed service does with a primary that it takes out of service.
  await on(first, 'alter system set default_transaction_read_only = on');
  await on(first, 'select pg_reload_conf()');
  await on(second, 'select pg_promote()');
  await vi.waitFor(() => writer.sql`insert into kept values (1)`);
  expect([await portOf(writer), await portOf(reader)]).toEqual([second.port, second.port]);
});

test('an earlier primary that returns is not used, neither if it takes writes nor as a standby', async () => {
  await on(first, 'alter system reset default_transaction_read_only');
  await on(first, 'select pg_reload_conf()');
  const database = open();
  expect(await portOf(database)).toBe(second.port);
  await second.stop('immediate');
  await refusal(database, 'host 1 is an earlier primary, host 2 failed (connect ECONNREFUSED)');
  second = await start(second.directory);
  await vi.waitFor(async () => expect(await portOf(database)).toBe(second.port));

  await first.stop();
  becomeStandby(first, second.url);
  first = await start(first.directory);
  expect(await isStandby(first)).toBe(true);
  expect(await portOf(open())).toBe(second.port);
});

test('without any primary, queries fail with what each host is, without its name, until there is one', async () => {
  const database = open();
  expect(await portOf(database)).toBe(second.port);
  await second.stop('immediate');
  await refusal(database, 'host 1 is a standby, host 2 failed (connect ECONNREFUSED)');
  second = await start(second.directory);
  await vi.waitFor(async () => expect(await portOf(database)).toBe(second.port));
});

test('connections leave an earlier primary that is still alive and takes writes, and never return to it', async () => {
  await vi.waitFor(async () => expect(await isStandby(first)).toBe(true));
  const at = newUrl();
  const [one, other] = [open(1, at), open(1, at)];
  expect([await portOf(one), await portOf(other)]).toEqual([second.port, second.port]);
  await on(first, 'select pg_promote()');
  expect(await on(second, 'create table written_to_the_earlier (n int)')).toEqual([]);
  await vi.waitFor(async () =>
    expect([await portOf(one), await portOf(other)]).toEqual([first.port, first.port]),
  );

  // The earlier one is refused also while its successor takes no writes.
  await on(first, 'alter system set default_transaction_read_only = on');
  await on(first, 'select pg_reload_conf()');
  await vi.waitFor(async () =>
    expect((await on(first, 'show default_transaction_read_only'))[0]).toMatchObject({
      default_transaction_read_only: 'on',
    }),
  );
  expect(await portOf(open(1, newUrl().replace(/@([^,]+),([^/]+)/, '@$2,$1')))).toBe(first.port);
});

/** Waits until queries fail because no host is a primary, with this reason. */
const refusal = ({ sql }: Database, reason: string) =>
  vi.waitFor(() =>
    expect(Promise.resolve(sql`select 1`)).rejects.toMatchObject({
      code: 'NO_PRIMARY',
      message: `None of the 2 database hosts is a primary that answers: ${reason}.`,
    }),
  );
