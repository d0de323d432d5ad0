/** Manages users from the command line, for administrators without a browser or without access. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { createUser, UserRefused } from '@scheduler/auth';
import { connect, type Db, holdLock, USER_ROLES, type UserRole } from '@scheduler/db';
import { readEnv, SettingsError, settings } from '@scheduler/runtime';
import { z } from 'zod';
import { assertStores, storesInWords, storesNumbered } from '../access/user-stores.ts';
import {
  disableUser,
  enableUser,
  findUser,
  listUsers,
  makeResetLink,
  setRole,
  setStores,
} from '../access/users.ts';
import { audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { createStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import { email, text, timeZone } from '../trpc/schemas.ts';

const USAGE = `Usage: users COMMAND [options]
  list                                         who may sign in, as what, and to which stores
  add-admin --email E --name N                 adds an admin; asks for the password
  add --email E --name N --role R [--stores S] adds somebody as viewer, dispatcher or admin; asks for the password
  set-role --email E --role R                  gives another role
  set-stores --email E --stores S              gives other stores; S is all, or numbers such as 8135,8140
  disable --email E                            lets somebody in no more, and ends their sessions
  enable --email E                             lets them in again
  reset --email E                              prints a one-time link for a new password
  add-store --crossmark-id I --number N --name N --zone Z
                                               adds a store; Z is such as America/Chicago
A password is asked for, or read from standard input where that is no terminal; never given as an option.
DATABASE_URL says where the database is, WEB_ORIGIN where people open the scheduler (for reset).
`;

/** An invalid command line. */
class UsageError extends Error {}

const role = z.enum(USER_ROLES, `must be one of ${USER_ROLES.join(', ')}`);
const name = text(120);

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = 1;
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n${USAGE}`);
  else if (error instanceof Refusal || error instanceof UserRefused || error instanceof SettingsError)
    process.stderr.write(`${error.message}\n`);
  // The message may contain the query and its parameters.
  else process.stderr.write(`It failed: ${reasonOf(error)}\n`);
}

async function main(args: string[]): Promise<void> {
  const { command, options } = read(args);
  const env = readEnv({ DATABASE_URL: settings.DATABASE_URL, WEB_ORIGIN: z.string().optional() });
  const { db, close } = connect(env.DATABASE_URL, { max: 1, applicationName: 'scheduler-users' });
  const argument = <T>(key: string, schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(options[key]);
    if (parsed.success) return parsed.data;
    throw new UsageError(
      `--${key} ${options[key] === undefined ? 'is missing' : parsed.error.issues[0]?.message}.`,
    );
  };
  const actor: Actor = { id: 'command-line', name: `Command line (${operator()})`, requestId: randomUUID() };
  const who = async () => {
    const user = await findUser(db, argument('email', email));
    return { userId: user.id, version: user.version, name: user.name };
  };
  try {
    switch (command) {
      case 'list':
        return await list(db);
      case 'add':
        return await add(db, actor, {
          email: argument('email', email),
          name: argument('name', name),
          role: argument('role', role),
          storeIds:
            options.stores === undefined ? null : await storesNumbered(db, argument('stores', z.string())),
        });
      case 'add-admin':
        return await add(db, actor, {
          email: argument('email', email),
          name: argument('name', name),
          role: 'admin',
          storeIds: null,
        });
      case 'set-role': {
        const user = await who();
        await setRole(db, actor, { ...user, role: argument('role', role) });
        return say(`${user.name} is ${argument('role', role)} now.`);
      }
      case 'set-stores': {
        const user = await who();
        const storeIds = await storesNumbered(db, argument('stores', z.string()));
        await setStores(db, actor, { ...user, storeIds });
        return say(`${user.name} has ${await hasStores(db, storeIds)} now.`);
      }
      case 'disable': {
        const user = await who();
        await disableUser(db, actor, user);
        return say(`${user.name} may not sign in any more; their sessions have ended.`);
      }
      case 'enable': {
        const user = await who();
        await enableUser(db, actor, user);
        return say(`${user.name} may sign in again.`);
      }
      case 'reset': {
        const user = await who();
        const { token } = await makeResetLink(db, actor, user.userId);
        const [origin = ''] = env.WEB_ORIGIN?.split(',') ?? [];
        say(`Hand this link to ${user.name}; it works once, within 24 hours:`);
        return say(`${origin.trim() || '(where people open the scheduler)'}/join#${token}`);
      }
      case 'add-store': {
        const store = {
          crossmarkStoreId: argument('crossmark-id', z.string().regex(/^\d{1,12}$/, 'must be figures alone')),
          number: argument('number', text(20)),
          name: argument('name', name),
          timeZone: argument('zone', timeZone),
        };
        await save(db, (tx) => createStore(tx, actor, store));
        return say(`Store ${store.number}, ${store.name}, is added.`);
      }
      default:
        throw new UsageError(command ? `There is no command ${command}.` : 'Say what to do.');
    }
  } finally {
    await close();
  }
}

function read(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: Object.fromEntries(
        ['email', 'name', 'role', 'stores', 'crossmark-id', 'number', 'zone'].map(
          (key) => [key, { type: 'string' }] as const,
        ),
      ),
    });
    if (positionals.length > 1) throw new UsageError(`${positionals[1]} is not understood.`);
    return { command: positionals[0], options: values };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function list(db: Db): Promise<void> {
  const { users, invitations } = await listUsers(db);
  for (const user of users) {
    const lastSeen = user.lastSeenAt ? `last seen ${user.lastSeenAt}` : 'not signed in';
    const state = user.disabledAt ? 'disabled' : lastSeen;
    say(`${user.email}\t${user.role}\t${user.name}\t${await hasStores(db, user.storeIds)}\t${state}`);
  }
  for (const one of invitations) {
    const stores = await hasStores(db, one.storeIds);
    say(`${one.email}\t${one.role}\t${one.name}\t${stores}\tinvited, until ${one.expiresAt}`);
  }
  if (users.length === 0) say('Nobody yet.');
}

/** Such as `all stores` and `stores 8135, 8140`. */
async function hasStores(db: Db, storeIds: readonly number[] | null): Promise<string> {
  if (storeIds === null) return 'all stores';
  return `${storeIds.length === 1 ? 'store' : 'stores'} ${await storesInWords(db, storeIds)}`;
}

async function add(
  db: Db,
  actor: Actor,
  person: { email: string; name: string; role: UserRole; storeIds: number[] | null },
): Promise<void> {
  await assertStores(db, person);
  const password = await askPassword();
  await save(db, async (tx) => {
    // A set-up by link waits for this lock too, so it sees the new user and is refused.
    await holdLock(tx, 'setUp');
    const id = await createUser(tx, { ...person, password });
    const { storeIds, ...fields } = person;
    const after = { ...fields, stores: await storesInWords(tx, storeIds) };
    await audit(tx, actor, [{ action: 'user.add', subjectType: 'user', subjectId: id, after }]);
  });
  const stores = await hasStores(db, person.storeIds);
  say(`${person.name} may sign in as ${person.role} of ${stores}, with ${person.email.toLowerCase()}.`);
}

/**
 * Reads the password: twice from a terminal without echo, otherwise the first line of standard
 * input.
 */
async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await textOf(process.stdin)).split(/\r?\n/)[0] ?? '';
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    const ask = async (question: string) => {
      process.stdout.write(question);
      const answer = await terminal.question('');
      process.stdout.write('\n');
      return answer;
    };
    const password = await ask('Password: ');
    if (password !== (await ask('Once more: ')))
      throw new UserRefused('password', 'The two are not the same.');
    return password;
  } finally {
    terminal.close();
  }
}

function operator(): string {
  try {
    return userInfo().username;
  } catch {
    // The user of a container may have no name.
    return 'unknown';
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : 'for an unknown reason';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
