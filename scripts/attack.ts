/**
 * `pnpm attack [--inputs N] [--seed N]`: sends hostile inputs to a production build on loopback, as
 * a stranger, a viewer and a dispatcher, to the server, to the page's server and to the admin app.
 * The inputs are bodies, headers, addresses and raw bytes, rows of Crossmark, CSV files and
 * calendars. The number of inputs must be sent within two minutes. Then the largest inputs are sent
 * one by one, and the time of the main thread is measured for each. Prints the results. Fails if an
 * answer is an internal error, a process ends, a session is gained, a refused input changes a row,
 * or a request takes too long.
 */
import { connect as connectSocket } from 'node:net';
import { router as adminRouter } from '@scheduler/admin/router';
import { CSRF_COOKIE, CSRF_HEADER, createUser } from '@scheduler/auth';
import { ODD_ROWS, ODD_TEXTS } from '@scheduler/crossmark/simulator';
import { connect } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { type Procedure, proceduresOf } from '@scheduler/runtime/testing';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { appRouter } from '@scheduler/server/router';
import { parse } from 'csv-parse/sync';
import { type Api, signIn, signInCookie } from './lib/api.ts';
import { startApp } from './lib/apps.ts';
import {
  csvFile,
  FIELDS,
  hostileInputs,
  largestBodies,
  largestFiles,
  RAW_REQUESTS,
} from './lib/attack/inputs.ts';
import { waitWhileFlooded } from './lib/attack/others.ts';
import { mainThreadMs, memoryMegabytes, watchRows } from './lib/attack/watch.ts';
import { openSwitchboard } from './lib/chaos/switchboard.ts';
import { DEMO, temporaryInfrastructure } from './lib/infrastructure.ts';
import { readOptions } from './lib/options.ts';
import { answers, type Running, waitFor } from './lib/process.ts';

const { values } = readOptions('Usage: pnpm attack [--inputs N] [--seed N]', {
  options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const INPUTS = Number(values.inputs);
const SEED = Number(values.seed);
const LONGEST_MS = 120_000;
/**
 * The most time of an app's main thread for one request. During that time nobody else is answered.
 */
const MOST_MAIN_THREAD_MS = 50;
/** The most memory of the server, of the 512 MB that docker-compose.yml allows. */
const MOST_SERVER_MEGABYTES = 450;
/** The most files that a server accepts at the same time. */
const FILES_AT_ONCE = 8;
const BATCH = 20;
/**
 * The largest bodies of strangers and of ordinary calls; see MAX_BODY_BYTES in packages/runtime.
 */
const BYTES = { access: 16 * 1024, call: 64 * 1024, file: 4_000_000 };

const maxBytes = (procedure: string) => {
  if (procedure.startsWith('access.')) return BYTES.access;
  return /^csv\.(preview|import)$/.test(procedure) ? BYTES.file : BYTES.call;
};

const COME_ALONE = /^csv\.(preview|import|export|exportEvents)$/;

/** A client: the app that it attacks, and its headers. */
interface Attacker {
  who: string;
  url: string;
  headers: Record<string, string>;
  procedures: Procedure[];
  process: Running;
}

/** When the first hostile input was sent. */
let startedMs = performance.now();
const left = () => LONGEST_MS - (performance.now() - startedMs);
const say = (line: string) =>
  console.log(`${String(Math.round((performance.now() - startedMs) / 1_000)).padStart(4)} s  ${line}`);

const problems: string[] = [];
/** The number of answers by status. */
const statuses = new Map<number | 'no answer', number>();
let inputs = 0;
/** The number of inputs of the first two minutes, and their duration. */
let flooded: { inputs: number; seconds: number } | undefined;
let changedByRefused = 0;
const cpu = new Map<string, { ms: number; of: string }>();
/** The most memory that the server used while files were sent. */
let serverMegabytes = 0;
let others: Awaited<ReturnType<typeof waitWhileFlooded>> | undefined;

const infrastructure = await temporaryInfrastructure();
const { env, ports, databaseUrl } = infrastructure;
let rows: Awaited<ReturnType<typeof watchRows>> | undefined;
/** The number of sessions that this script opened. */
let ownSessions = 0;
const running: Running[] = [];
const app = (name: string) => {
  // The settings of the server's image, and the heap size that Node chooses in a container of 512
  // MB. On a larger machine Node would collect garbage later and use more memory.
  const settings = {
    LOG_LEVEL: 'trace',
    MALLOC_ARENA_MAX: '2',
    NODE_OPTIONS: '--max-old-space-size=256',
  };
  const started = startApp(infrastructure, name, 'dist/main.js', settings);
  running.push(started);
  return started;
};

try {
  await attack();
} catch (error) {
  problems.push(`the attack ended early: ${error instanceof Error ? error.message : error}`);
}
const ended = running.filter(({ process }) => process.exitCode !== null || process.signalCode !== null);
const gained = ((await rows?.sessions()) ?? 0) - ownSessions;
await rows?.close();
for (const one of running) await one.stop();
await infrastructure.stop();
report();
process.exit(problems.length === 0 ? 0 : 1);

function report(): void {
  const failures = [...statuses].filter(([status]) => typeof status === 'number' && status >= 500);
  for (const one of ended) problems.push(`${one.name} ended: ${one.output()}`);
  for (const [status, count] of failures) problems.push(`${count} answers ${status}`);
  if (gained !== 0) problems.push(`${gained} more sessions than this script opened`);
  if (flooded && flooded.inputs < INPUTS)
    problems.push(`only ${flooded.inputs} of ${INPUTS} inputs in ${LONGEST_MS / 1_000} s`);

  if (serverMegabytes > MOST_SERVER_MEGABYTES)
    problems.push(`${Math.round(serverMegabytes)} MB for ${FILES_AT_ONCE} files at once`);

  const slowest = [...cpu].sort(([, a], [, b]) => b.ms - a.ms).slice(0, 12);
  for (const [route, { ms }] of slowest) {
    if (ms > MOST_MAIN_THREAD_MS) problems.push(`${Math.round(ms)} ms of the main thread for ${route}`);
  }
  console.table(
    slowest.map(([route, { ms, of }]) => ({ route, 'main thread, ms': Math.round(ms * 10) / 10, of })),
  );
  console.log(`inputs                  ${inputs}`);
  if (flooded) console.log(`in the two minutes      ${flooded.inputs} in ${flooded.seconds} s`);
  console.log(
    `answers                 ${[...statuses]
      .sort()
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ')}`,
  );
  console.log(`answers of 500 and more ${failures.reduce((all, [, count]) => all + count, 0)}`);
  console.log(`processes that ended    ${ended.length}`);
  console.log(`slowest main thread     ${Math.round(slowest[0]?.[1].ms ?? 0)} ms for ${slowest[0]?.[0]}`);
  if (others)
    console.log(
      `others' slowest answer   ${Math.round(others.slowestMs)} ms while one person floods (95 of 100 within ${Math.round(others.p95Ms)} ms)`,
    );
  console.log(
    `server's memory         ${Math.round(serverMegabytes)} MB at most, with ${FILES_AT_ONCE} files at once`,
  );
  console.log(`sessions gained         ${gained}`);
  console.log(`rows changed by refused ${changedByRefused}`);
  console.log(`seconds                 ${Math.round((performance.now() - startedMs) / 1_000)}`);

  if (problems.length > 0) console.log(`\nFound:\n${problems.join('\n')}`);
}

async function attack(): Promise<void> {
  const urls = {
    server: `http://127.0.0.1:${ports.server}`,
    web: `http://127.0.0.1:${ports.web}`,
    admin: `http://127.0.0.1:${ports.admin}`,
  };
  const apps = { server: app('server'), web: app('web'), admin: app('admin') };
  for (const name of ['server', 'web', 'admin'] as const) {
    await waitFor(name, answers(`${urls[name]}/healthz`), { process: apps[name] });
  }
  const watched = await watchRows(databaseUrl);
  rows = watched;
  const scheduler = proceduresOf(appRouter);
  const queues = proceduresOf(adminRouter);
  const origin = env.WEB_ORIGIN ?? '';
  const adminOrigin = env.ADMIN_ORIGIN ?? '';
  const at = async (
    where: keyof typeof urls,
    who: 'stranger' | 'viewer' | 'dispatcher',
  ): Promise<Attacker> => {
    const own = where === 'admin' ? adminOrigin : origin;
    const headers: Record<string, string> = { origin: own };
    if (who !== 'stranger') {
      headers.cookie = await signInCookie(urls[where], own, `${who}@demo.test`);
      if (where === 'admin') headers[CSRF_HEADER] = await csrfToken(urls.admin, headers);
    }
    return {
      who: `${who} at ${where}`,
      url: urls[where],
      headers,
      procedures: where === 'admin' ? queues : scheduler,
      process: apps[where],
    };
  };
  const strangers = [
    await at('server', 'stranger'),
    await at('web', 'stranger'),
    await at('admin', 'stranger'),
  ];
  const viewers = [await at('server', 'viewer'), await at('web', 'viewer'), await at('admin', 'viewer')];
  const dispatchers = [await at('server', 'dispatcher'), await at('admin', 'dispatcher')];
  const api = await signIn(urls.server, origin, 'dispatcher@demo.test');
  // They sign in before the flood, because afterwards sign-ins from this address have to wait.
  const many = await manyDispatchers(await at('server', 'stranger'));
  ownSessions = await watched.sessions();
  await watched.changed();
  startedMs = performance.now();

  /** Checks that refused calls and reads changed nothing. */
  const expectUnchanged = async (what: string) => {
    const changed = await watched.changed();
    changedByRefused += changed.length;
    if (changed.length > 0)
      problems.push(`${what}: ${changed.length} rows changed in ${[...new Set(changed)]}`);
  };

  const targets = { viewers: INPUTS * 0.69, dispatchers: INPUTS * 0.27, http: INPUTS * 0.02 };
  const all = [...strangers, ...viewers, ...dispatchers];
  await Promise.all([
    ...[...strangers, ...viewers].map((one, lane) => flood(one, targets.viewers / 6, lane)),
    // Only one attacker sends each text, because each possible password costs a hash.
    ...all.map((one, turn) => oddSignIns(one, (index) => index % all.length === turn)),
  ]);
  await expectUnchanged('strangers and viewers');
  say(`${inputs} inputs: strangers and viewers were refused, or only read`);

  let accepted = 0;
  for (const [lane, one] of dispatchers.entries()) {
    accepted += await floodWatched(one, targets.dispatchers * (lane === 0 ? 0.8 : 0.2), lane, watched);
  }
  say(`${inputs} inputs: dispatchers had ${accepted} changes accepted`);

  await Promise.all([...strangers, ...viewers].map((one) => requests(one, targets.http / 6)));
  await Promise.all(Object.values(urls).map((url) => rawRequests(url)));
  await expectUnchanged('requests of other shapes');
  say(`${inputs} inputs: addresses, headers, methods, raw bytes`);

  const [viewer] = viewers;
  const [dispatcher] = dispatchers;
  if (viewer && dispatcher) {
    const send = (attacker: Attacker) => (path: string) => ask(attacker, path);
    others = await waitWhileFlooded(send(viewer), send(dispatcher));
    await expectUnchanged('a flood of readings');
    say(`${inputs} inputs: one person flooded, another looked at the board`);
  }

  // From here on the worker changes rows as well.
  const worker = app('worker');
  await waitFor('The worker', async () => worker.output().includes('worker is ready'), { process: worker });
  const switchboard = openSwitchboard(infrastructure.simulatorUrl);
  const { plans } = await switchboard.state();
  const texts = [...ODD_TEXTS, ...FIELDS];
  const oddities = Object.values(ODD_ROWS);
  for (const [index, { mplanId, storeId, name, startsOn, dueOn }] of plans.entries()) {
    const text = texts[index % texts.length] ?? '';
    const row = oddities[index % oddities.length]?.(text) ?? {};
    const odd = index % 3 === 0 ? row : { name: `612345-${text}-V2-CORE`, storeName: text };
    await switchboard.putPlan({ mplanId, storeId, name, startsOn, dueOn, row: odd });
    inputs += 1;
  }
  const { runId } = await api.sync.refreshNow.mutate();
  const run = await waitFor('The refresh', async () => {
    const state = await api.sync.refreshRun.query({ runId });
    return state.state !== 'running' && state.state !== 'queued' ? state : false;
  });
  say(`${inputs} inputs: a list with ${plans.length} odd rows was read (${run.state})`);

  await fields(api, dispatchers[0] as Attacker);
  say(`${inputs} inputs: fields of CSV files, and calendars that hold them`);
  for (let more = 0; inputs < INPUTS && left() > 0; more++) {
    await Promise.all([...strangers, ...viewers].map((one, lane) => flood(one, 500, 100 + lane + more * 10)));
  }
  flooded = { inputs, seconds: Math.round((performance.now() - startedMs) / 1_000) };
  say(`${inputs} inputs: the flood is over`);

  const [stranger, , strangerAtAdmin] = strangers;
  const timedOnes = [stranger, strangerAtAdmin, ...dispatchers].filter((one) => one !== undefined);
  await oneAfterTheOther(timedOnes);
  if (dispatcher) await files(api, dispatcher);
  await filesAtOnce(many, apps.server);
  say(`${inputs} inputs: the largest, one after the other`);
}

async function oddSignIns(attacker: Attacker, isIts: (index: number) => boolean): Promise<void> {
  for (const text of ODD_TEXTS.filter((_, index) => isIts(index))) {
    const body = JSON.stringify({ email: `a${text}@demo.test`, password: text });
    await ask(attacker, '/api/auth/sign-in/email', body);
  }
}

/**
 * Sends requests one at a time, so that the time of the main thread can be assigned to one request.
 */
async function oneAfterTheOther(attackers: readonly Attacker[]): Promise<void> {
  for (const attacker of attackers) await askForTime(attacker);
  const paths = [
    '/',
    '/healthz',
    '/api/auth/get-session',
    '/api/people/1/week.ics',
    '/metrics',
    '/queues/api/queues',
  ];
  for (const attacker of attackers) {
    for (const path of paths) {
      await timed(`GET ${path}`, attacker, () => ask(attacker, path));
      await timed(`GET ${path}`, attacker, () => ask(attacker, `${path}?${'a[b]=c&'.repeat(1_700)}`));
    }
    for (const body of largestBodies(undefined, BYTES.access)) {
      await timed('POST /api/auth/sign-in/email', attacker, () =>
        ask(attacker, '/api/auth/sign-in/email', body),
      );
      const password = JSON.stringify({ email: 'viewer@demo.test', password: body });
      await timed('POST /api/auth/sign-in/email', attacker, () =>
        ask(attacker, '/api/auth/sign-in/email', password),
      );
    }
  }
}

/**
 * Measures the time of an app's main thread for one request. If it is long, the shorter of two
 * attempts counts, because one may include a garbage collection.
 */
async function timed(route: string, attacker: Attacker, send: () => Promise<unknown>): Promise<void> {
  const { pid, exitCode } = attacker.process.process;
  if (pid === undefined || exitCode !== null) return;
  const once = async () => {
    const before = mainThreadMs(pid);
    await send();
    return mainThreadMs(pid) - before;
  };
  const first = await once();
  const ms = first < 10 ? first : Math.min(first, await once());
  const known = `${route} (${attacker.who})`;
  if (ms > (cpu.get(known)?.ms ?? 0)) cpu.set(known, { ms, of: attacker.process.name });
}

/** Previews, imports and exports the largest files. */
async function files(api: Api, attacker: Attacker): Promise<void> {
  const [store] = await api.stores.list.query();
  if (!store) throw new Error('The demo data has no store.');
  // This work is years ago, so it does not disturb later steps.
  const work = { storeNumber: store.number, startsOn: '01/05/2020', dueOn: '01/15/2020' };
  for (const [what, text] of Object.entries(largestFiles(work))) {
    for (const name of ['csv.preview', 'csv.import']) {
      const body = JSON.stringify({ text });
      await timed(`${name}: ${what}`, attacker, () => ask(attacker, `/trpc/${name}`, body));
    }
  }
  await timed('csv.exportEvents: all of them', attacker, () =>
    ask(attacker, '/trpc/csv.exportEvents?input={}'),
  );
}

/** Creates and signs in as many dispatchers as send a file at the same time. */
async function manyDispatchers(like: Attacker): Promise<Attacker[]> {
  const { db, close } = connect(databaseUrl, { max: 1 });
  const dispatchers: Attacker[] = [];
  for (let number = 1; number <= FILES_AT_ONCE; number++) {
    const email = `dispatcher-${number}@demo.test`;
    await createUser(db, {
      email,
      name: `Dispatcher ${number}`,
      role: 'dispatcher',
      password: DEMO.password,
    });
    const cookie = await signInCookie(like.url, env.WEB_ORIGIN ?? '', email);
    dispatchers.push({ ...like, who: email, headers: { ...like.headers, cookie } });
  }
  await close();
  return dispatchers;
}

/** Sends each of the largest files without rows from all dispatchers at the same time. */
async function filesAtOnce(dispatchers: readonly Attacker[], server: Running): Promise<void> {
  const { pid } = server.process;
  if (pid === undefined) return;
  const watching = setInterval(() => {
    serverMegabytes = Math.max(serverMegabytes, memoryMegabytes(pid));
  }, 20);
  const {
    quotes,
    'line ends': lineEnds,
    commas,
  } = largestFiles({ storeNumber: '', startsOn: '', dueOn: '' });
  for (const text of [quotes, lineEnds, commas, quotes, lineEnds]) {
    const body = JSON.stringify({ text });
    await Promise.all(dispatchers.map((one) => ask(one, '/trpc/csv.preview', body)));
  }
  clearInterval(watching);
}

async function askForTime(attacker: Attacker): Promise<void> {
  for (const { name, type, input } of attacker.procedures) {
    if (type === 'subscription') continue;
    // The first call compiles the code that the others run.
    await ask(attacker, `/trpc/${name}`, type === 'mutation' ? '{}' : undefined);
    for (const body of largestBodies(input, type === 'mutation' ? maxBytes(name) : 12_000)) {
      const query = `?input=${encodeURIComponent(body).slice(0, 15_000)}`;
      await timed(name, attacker, () =>
        type === 'mutation' ? ask(attacker, `/trpc/${name}`, body) : ask(attacker, `/trpc/${name}${query}`),
      );
    }
  }
}
/** Sends one request, and counts it and the status of its answer. */
async function ask(attacker: Attacker, path: string, body?: string): Promise<Response> {
  inputs += 1;
  const answer = await fetch(attacker.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...attacker.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  }).catch(() => null);
  // The connection was closed before the whole body was sent.
  if (!answer) return count('no answer', path, new Response(null));
  const copy = answer.clone();
  await answer.arrayBuffer().catch(() => {});
  return count(answer.status, `${attacker.who} ${path.slice(0, 100)}`, copy);
}

function count(status: number | 'no answer', what: string, answer: Response): Response {
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  if (typeof status === 'number' && status >= 500 && problems.length < 20)
    problems.push(`${status}: ${what}`);
  return answer;
}

/**
 * Sends a batch and returns the answer of each call. If the batch has one answer, returns it for
 * each call.
 */
async function askBatch(
  attacker: Attacker,
  type: 'query' | 'mutation',
  calls: { name: string; input: unknown }[],
): Promise<boolean[]> {
  const body = JSON.stringify(Object.fromEntries(calls.map(({ input }, index) => [index, input])));
  const path = `/trpc/${calls.map(({ name }) => name).join(',')}?batch=1`;
  const answer =
    type === 'mutation'
      ? await ask(attacker, path, body)
      : await ask(attacker, `${path}&input=${encodeURIComponent(body)}`);
  inputs += calls.length - 1;
  const told = (await answer.json().catch(() => null)) as unknown;
  if (!Array.isArray(told)) return calls.map(() => answer.ok);
  return told.map((one: { error?: { data?: { httpStatus?: number } } }, index) => {
    const status = one.error?.data?.httpStatus ?? 0;
    if (status >= 500 && answer.status < 500)
      count(
        status,
        `${attacker.who} ${calls[index]?.name} ${JSON.stringify(calls[index]?.input)?.slice(0, 300)}`,
        answer,
      );
    return one.error === undefined;
  });
}

/**
 * Generates batches of hostile calls, queries and mutations in turn. Omits calls that a batch can't
 * contain.
 */
function* batches(attacker: Attacker, seed: number, types: readonly ('query' | 'mutation')[]) {
  const supplies = attacker.procedures.map((one) => ({
    ...one,
    supply: hostileInputs(one, SEED * 1_000 + seed),
  }));
  for (let turn = 0; ; turn++) {
    const type = types[turn % types.length] ?? 'query';
    // Calls without input are not hostile, so they are sent rarely. A batch can't contain a file.
    const able = supplies.filter(
      (one) => one.type === type && !COME_ALONE.test(one.name) && (one.input || turn % 50 === 0),
    );
    const calls: { name: string; input: unknown }[] = [];
    for (let length = 0, index = 0; calls.length < BATCH; index++) {
      const one = able[(turn * BATCH + index) % able.length];
      if (!one) break;
      const input = one.supply.next().value;
      length += encodeURIComponent(toWellFormed(JSON.stringify(input) ?? '')).length + one.name.length + 8;
      if (length > 11_000) break;
      calls.push({ name: one.name, input });
    }
    if (calls.length > 0) yield { type, calls };
  }
}

function toWellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/g, '?');
}

async function flood(attacker: Attacker, most: number, lane: number): Promise<void> {
  let sent = 0;
  for (const { type, calls } of batches(attacker, lane, ['query', 'mutation'])) {
    if (sent >= most || left() < 0) return;
    await askBatch(attacker, type, calls);
    sent += calls.length;
  }
}

/**
 * Sends batches of changes as a user who may make some of them. Refused changes must change
 * nothing.
 */
async function floodWatched(
  attacker: Attacker,
  most: number,
  lane: number,
  rows: Awaited<ReturnType<typeof watchRows>>,
): Promise<number> {
  let sent = 0;
  let accepted = 0;
  for (const { type, calls } of batches(attacker, lane + 50, ['mutation'])) {
    if (sent >= most || left() < 0) break;
    sent += calls.length;
    const taken = await askBatch(attacker, type, calls);
    const changed = await rows.changed();
    const refused = calls.filter((_call, index) => !taken[index]);
    accepted += calls.length - refused.length;
    if (refused.length === calls.length && changed.length > 0) {
      changedByRefused += changed.length;
      problems.push(
        `${attacker.who}: refused, and changed ${[...new Set(changed)]}: ${JSON.stringify(calls).slice(0, 500)}`,
      );
    }
  }
  return accepted;
}

/** Sends addresses, headers and methods that no page of this product sends. */
async function requests(attacker: Attacker, most: number): Promise<void> {
  const texts = FIELDS.map((text) => encodeURIComponent(text));
  const paths = [
    '/',
    '/trpc/',
    '/trpc/board.week',
    '/api/auth/',
    '/api/people/',
    '/queues/api/',
    '/queues/',
    '/assets/',
  ];
  for (let sent = 0; sent < most && left() > 0; sent++) {
    const text = texts[sent % texts.length] ?? '';
    const path = `${paths[sent % paths.length]}${sent % 3 === 0 ? text : ''}?${sent % 2 === 0 ? 'input' : text}=${text}`;
    const method = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'][sent % 7] ?? 'GET';
    const odd: Record<string, string> = {
      'x-forwarded-for': ['::ffff:1.2.3.4', 'x'.repeat(500), '1.1.1.1, '.repeat(50)][sent % 3] ?? '',
      'content-type':
        ['application/json', 'text/plain', 'multipart/form-data', 'application/json; charset=x'][sent % 4] ??
        '',
      accept: sent % 5 === 0 ? 'text/event-stream' : '*/*',
      ...(sent % 4 === 0 ? { cookie: `scheduler.session_token=${text}; XSRF-TOKEN=${text}` } : {}),
      ...(sent % 6 === 0 ? { origin: 'https://evil.example' } : {}),
    };
    inputs += 1;
    const answer = await fetch(attacker.url + path, {
      method,
      headers: { ...attacker.headers, ...odd },
      redirect: 'manual',
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: text }),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => null);
    count(answer?.status ?? 'no answer', `${attacker.who} ${method} ${path}`, new Response(null));
    await answer?.body?.cancel();
  }
}

async function rawRequests(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  for (const bytes of [...RAW_REQUESTS, ...RAW_REQUESTS]) {
    inputs += 1;
    await new Promise<void>((resolve) => {
      const socket = connectSocket({ host: hostname, port: Number(port) }, () => socket.end(bytes, 'latin1'));
      socket.setTimeout(500, () => socket.destroy());
      socket.on('data', (answer) => {
        const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1')) ?? [];
        if (status) statuses.set(Number(status), (statuses.get(Number(status)) ?? 0) + 1);
        socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve());
    });
  }
}

/**
 * Sends hostile fields in forms and in imported files, and checks the CSV files and calendars that
 * contain them.
 */
async function fields(api: Api, attacker: Attacker): Promise<void> {
  const [store] = await api.stores.list.query();
  if (!store) throw new Error('The demo data has no store.');
  const today = workDateOf(currentInstant(), store.timeZone);
  const inUs = (day: string) => `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;
  for (let round = 0; round < 4; round++) {
    const lines = Array.from({ length: 500 }, (_, index) => {
      const cells = [
        '612345-Oat Bars-V2-CORE',
        String(700_000 + round * 500 + index),
        '1',
        store.crossmarkStoreId,
      ];
      cells.push(store.name, inUs(addDays(today, 2)), inUs(addDays(today, 12)), '60');
      // The name is free text. A row with a hostile text in another column is refused.
      cells[index % 4 === 0 ? index % cells.length : 0] = FIELDS[(index + round) % FIELDS.length] ?? '';
      return cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
    });
    inputs += lines.length;
    const text = csvFile(lines);
    const { counts } = await api.csv.preview.mutate({ text });
    await api.csv.import.mutate({ text, allBut: { rows: [], counts } });
  }
  for (const [index, { id, version }] of (await api.employees.list.query({})).entries()) {
    const name = FIELDS[(index * 5 + 3) % FIELDS.length] ?? '';
    inputs += 1;
    await api.employees.update.mutate({ employeeId: id, version, changes: { name } }).catch(() => {});
    for (const week of [0, 1, 2]) {
      const path = `/api/people/${id}/week.ics?weekOf=${addDays(today, week * 7)}`;
      const calendar = await ask(attacker, path);
      if (calendar.ok) checkCalendar(await calendar.text());
    }
  }
  checkFile(await api.csv.export.query({ kind: 'scheduled' }));
  checkFile(await api.csv.export.query({ kind: 'unscheduled' }));
  checkFile(await api.csv.exportEvents.query({}));
}

/** Checks that every line of a calendar file is a property or continues the previous line. */
function checkCalendar(text: string): void {
  for (const line of text.split('\r\n')) {
    if (line !== '' && !/^( |[A-Z-]+[;:])/.test(line))
      problems.push(`a calendar's line: ${JSON.stringify(line)}`);
    if (/[\r\n\u0085]/.test(line))
      problems.push(`a line end inside a calendar's line: ${JSON.stringify(line)}`);
  }
}

/** Checks that no cell begins with a formula, also after characters that a spreadsheet skips. */
function checkFile(text: string): void {
  for (const row of parse(text, { relax_column_count: true, bom: true }) as string[][]) {
    for (const cell of row) {
      if (/^[\s\ufeff\u200b]*[=+@＝-]/.test(cell))
        problems.push(`a cell that begins a formula: ${JSON.stringify(cell)}`);
    }
  }
}

/** Returns the token that the admin page sends to a browser with its first answer. */
async function csrfToken(url: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(`${url}/trpc/me`, { headers });
  const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  const cookie = cookies.find((one) => one.startsWith(`${CSRF_COOKIE}=`));
  return cookie?.slice(CSRF_COOKIE.length + 1) ?? '';
}
