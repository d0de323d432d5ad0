import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { auditLog, stores, users } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('./users.ts', import.meta.url));
const PASSWORD = 'violet tractor humming';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function run(args: string[], input = ''): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: database.appUrl,
      WEB_ORIGIN: 'https://scheduler.example.test',
    },
  });
  child.stdin.end(input);
  const [[code], ...said] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { code, said: said.join('') };
}

test('from the command line an administrator makes the first store and admin, and looks after the others', async () => {
  const store = [
    '--crossmark-id',
    '310042',
    '--number',
    '8135',
    '--name',
    'Club',
    '--zone',
    'America/Chicago',
  ];
  expect(await run(['add-store', ...store])).toMatchObject({ code: 0 });
  const ada = ['--email', 'Ada@example.test'];
  const added = await run(['add-admin', ...ada, '--name', 'Ada'], `${PASSWORD}\n`);
  expect(added).toMatchObject({ code: 0 });
  expect(added.said).not.toContain(PASSWORD);
  expect(await database.db.select().from(stores)).toMatchObject([{ number: '8135' }]);
  expect(await database.db.select().from(users)).toMatchObject([
    { email: 'ada@example.test', role: 'admin' },
  ]);
  expect((await run(['disable', ...ada])).said).toContain('only admin left');
  expect((await run(['reset', ...ada])).said).toMatch(/https:\/\/scheduler\.example\.test\/join#[\w-]{43}/);
  expect((await run(['list'])).said).toContain('ada@example.test\tadmin\tAda');
  const rows = await database.db.select().from(auditLog).orderBy(auditLog.id);
  expect(rows.map((row) => row.action)).toEqual(['store.create', 'user.add', 'user.reset_link']);
  expect(rows[0]?.actorName).toMatch(/^Command line/);
}, 120_000);

test('users are given stores by number when they are added and later, and are listed with them', async () => {
  const store = [
    '--crossmark-id',
    '310043',
    '--number',
    '8140',
    '--name',
    'Club Two',
    '--zone',
    'America/Chicago',
  ];
  expect(await run(['add-store', ...store])).toMatchObject({ code: 0 });
  const dan = ['--email', 'dan@example.test'];
  const add = ['add', ...dan, '--name', 'Dan', '--role', 'dispatcher'];
  expect(await run([...add, '--stores', '8140,9999'], `${PASSWORD}\n`)).toMatchObject({
    code: 1,
    said: expect.stringContaining('no store with the number “9999”'),
  });
  expect((await run([...add, '--stores', '8140'], `${PASSWORD}\n`)).said).toContain(
    'Dan may sign in as dispatcher of store 8140',
  );
  expect((await run(['list'])).said).toContain('dan@example.test\tdispatcher\tDan\tstore 8140\t');
  expect((await run(['set-stores', ...dan, '--stores', '8140, 8135'])).said).toContain('stores 8135, 8140');
  const limited = await run(['set-stores', '--email', 'ada@example.test', '--stores', '8135']);
  expect(limited).toMatchObject({ code: 1, said: expect.stringContaining('An admin has all stores') });
}, 120_000);

test('a password is never an option, and a bad command says how it is done', async () => {
  const refused = await run([
    'add-admin',
    '--email',
    'b@example.test',
    '--name',
    'Ben',
    '--password',
    PASSWORD,
  ]);
  expect(refused.code).toBe(1);
  expect(refused.said).toContain('Usage');
  expect(await run(['add', '--email', 'nobody', '--name', 'N', '--role', 'viewer'])).toMatchObject({
    code: 1,
  });
  expect((await run(['drop'])).said).toContain('There is no command drop');
}, 120_000);
