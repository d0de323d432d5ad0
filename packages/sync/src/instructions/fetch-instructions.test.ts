import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import type { CrossmarkClient } from '@scheduler/crossmark';
import { createSimulator, type Simulator } from '@scheduler/crossmark/simulator';
import { eventInstructions, events, instructionFiles, syncAttempts } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { eq, sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addStore,
  clearTables,
  clientOf,
  contextOf,
  jobOf,
  need,
  queuedJobs,
  STORE,
} from '../../test/fixture.ts';
import type { SyncContext } from '../context.ts';
import { prune } from '../maintenance/prune.ts';
import { requestRefresh } from '../queue/enqueue.ts';
import { refresh } from '../refresh/refresh.ts';
import { createDownloads, MOST_FILE_BYTES } from './download.ts';
import { fetchInstructions } from './fetch-instructions.ts';
import { fetchInstructionsAgain, requestInstructions } from './request.ts';
import { isPublicAddress, parseAllowedHost } from './url-policy.ts';

const today = workDateOf(currentInstant(), 'UTC');
const SECRET = 'key-that-nobody-may-see';
const directory = mkdtempSync(join(tmpdir(), 'instructions-'));
const certificate = () => readFileSync(join(directory, 'files.crt'), 'utf8');

let database: TestDatabase;
let storeId: number;
let simulator: Simulator;
let client: CrossmarkClient;
let ctx: SyncContext;
let server: Server;
/** The port of the server of files, whose name is `files.test`. */
let port: number;
let respond: (request: IncomingMessage, response: ServerResponse) => void;
let requests: IncomingMessage[] = [];
let log: string[] = [];

beforeAll(async () => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const out = ['-keyout', join(directory, 'files.key'), '-out', join(directory, 'files.crt')];
  const name = ['-subj', '/CN=files.test', '-addext', 'subjectAltName=DNS:files.test'];
  execFileSync('openssl', ['req', '-x509', ...key, ...name, ...out], { stdio: 'pipe' });
  const pair = { key: readFileSync(join(directory, 'files.key')), cert: certificate() };
  server = createServer(pair, (request, response) => {
    requests.push(request);
    respond(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  database = await createTestDatabase();
  storeId = await addStore(database.db);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
  await database.close();
});
beforeEach(async () => {
  await clearTables(database, 'events, instruction_files, refresh_runs, sync_attempts');
  simulator = createSimulator({
    state: { stores: [{ storeId: STORE.crossmarkStoreId, name: STORE.name, timeZone: STORE.timeZone }] },
  });
  await simulator.listen();
  client = clientOf(simulator.url);
  requests = [];
  log = [];
  ctx = contextWith({});
});
afterEach(async () => {
  await ctx.downloads.close();
  await client.close();
  await simulator.close();
});

/** Files come from `files.test`, which is this machine here and may be connected to. */
function contextWith(options: Partial<Parameters<typeof createDownloads>[1]>): SyncContext {
  return {
    ...contextOf(database.db, client),
    log: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
    downloads: createDownloads(client, {
      allowedHosts: [need(parseAllowedHost(`files.test:${port}`)), need(parseAllowedHost(`*.test:${port}`))],
      isAllowedAddress: (address) => address === '127.0.0.1',
      lookup: ((_host: string, _options: object, done: (...answer: unknown[]) => void) =>
        done(null, [{ address: '127.0.0.1', family: 4 }])) as never,
      ca: certificate(),
      ...options,
    }),
  };
}

async function pdf(pages = 2): Promise<Buffer> {
  const file = await PDFDocument.create();
  for (let n = 0; n < pages; n++) file.addPage().drawText(`Page ${n}`);
  return Buffer.from(await file.save());
}
const urlOf = (path: string) => `https://files.test:${port}${path}`;

async function eventWith(link: string): Promise<number> {
  const eventId = await addEvent(database.db, {
    storeId,
    mplanId: '40000001',
    startsOn: addDays(today, -2),
    dueOn: addDays(today, 9),
  });
  await database.db.update(events).set({ instructionsUrl: link }).where(eq(events.id, eventId));
  await database.db.transaction((tx) => requestInstructions(tx, [eventId]));
  return eventId;
}
const run = (eventId: number, using = ctx) => fetchInstructions(using, eventId, jobOf('fetch_instructions'));
const rowOf = async (eventId: number) =>
  need(
    await database.db.query.eventInstructions.findFirst({ where: eq(eventInstructions.eventId, eventId) }),
  );
const jobs = async () =>
  (await queuedJobs(database.db)).filter(({ task }) => task === 'fetch_instructions').map(({ key }) => key);
const read = (link: string, using = ctx) => using.downloads.read(link, new AbortController().signal);

describe('a refresh', () => {
  const refreshNow = async () => {
    const runId = await database.db.transaction((tx) => requestRefresh(tx, { requestedBy: 'u1' }));
    expect(await refresh(ctx, runId, jobOf('refresh_events'))).toMatchObject({ outcome: 'done' });
  };
  const put = (instructionsUrl: string) =>
    simulator.putPlans({
      mplanId: '40000001',
      storeId: STORE.crossmarkStoreId,
      name: 'Event 1 - Freeosk',
      startsOn: addDays(today, 1),
      dueOn: addDays(today, 9),
      instructionsUrl,
    });
  const forget = () => database.sql`
    select graphile_worker.complete_jobs(array(select id from graphile_worker._private_jobs))`;

  test('that brings a new or another link has its file fetched; the session goes to Crossmark’s host alone', async () => {
    put('/salestools/40000001.pdf');
    await refreshNow();
    const [event] = await database.db.select().from(events);
    const eventId = need(event).id;
    expect(await jobs()).toEqual([`instructions:${eventId}`]);
    expect(await run(eventId)).toMatchObject({ outcome: 'done' });
    expect(await rowOf(eventId)).toMatchObject({ state: 'fetched', failure: null });
    const [file] = await database.db.select().from(instructionFiles);
    expect(file).toMatchObject({ storeId, pages: 2, size: file?.content.length });
    await forget();
    await refreshNow();
    expect(await jobs()).toEqual([]);

    // The same file by another link, which leads through Crossmark's host to another one.
    respond = async (_request, response) => response.end(await pdf(3));
    put(`${urlOf('/b.pdf')}?token=${SECRET}`);
    await refreshNow();
    expect(await jobs()).toEqual([`instructions:${eventId}`]);
    expect(await rowOf(eventId)).toMatchObject({ state: 'waiting', fileHash: null, source: urlOf('/b.pdf') });
    expect(await run(eventId)).toMatchObject({ outcome: 'done' });
    expect(requests.map(({ headers }) => [headers.cookie, headers.authorization])).toEqual([
      [undefined, undefined],
    ]);
    const kept = await database.sql`
      select to_jsonb(e) - 'instructions_url' as r from events e union all
      select to_jsonb(i) from event_instructions i union all select to_jsonb(a) from sync_attempts a union all
      select to_jsonb(j) from graphile_worker._private_jobs j`;
    expect(JSON.stringify(kept)).not.toContain(SECRET);
    expect(log.join('')).not.toContain(SECRET);
  });

  test('has files fetched whose links an older version wrote', async () => {
    put('/salestools/40000001.pdf');
    await refreshNow();
    await database.db.delete(eventInstructions);
    await forget();
    await refreshNow();
    expect(await jobs()).toHaveLength(1);
  });
});

describe('a file', () => {
  test('that another host redirects to is fetched, at most five times, each address checked', async () => {
    respond = async (request, response) => {
      const [, step] = /^\/(\d+)$/.exec(request.url ?? '') ?? [];
      if (step === '0') response.end(await pdf());
      else response.writeHead(302, { location: `/${Number(step) - 1}` }).end();
    };
    expect((await read(urlOf('/5'))).toString('latin1', 0, 5)).toBe('%PDF-');
    await expect(read(urlOf('/6'))).rejects.toThrow('The link redirects more than 5 times.');
    for (const [location, reason] of [
      ['http://files.test/a.pdf', 'not encrypted'],
      ['https://elsewhere.example/a.pdf', 'elsewhere.example, which is not among'],
      ['https://10.0.0.1/a.pdf', 'inside of a network'],
      ['https://ada:secret@files.test/a.pdf', 'a user name or a password'],
      ['file:///etc/passwd', 'does not lead to a website'],
    ] as const) {
      respond = (_request, response) => response.writeHead(302, { location }).end();
      await expect(read(urlOf('/'))).rejects.toThrow(
        new RegExp(`^The link redirects to another one\\. .*${reason}`),
      );
    }
  });

  test('of Crossmark’s host that redirects elsewhere is fetched there without the session', async () => {
    const eventId = await eventWith(`${simulator.url}/salestools/1.pdf`);
    const crossmark: Pick<CrossmarkClient, 'origin' | 'file'> = {
      origin: simulator.url,
      file: async () => ({ kind: 'redirect', location: urlOf('/a.pdf') }),
    };
    respond = async (_request, response) => response.end(await pdf());
    const through = { ...ctx, downloads: createDownloadsFor(crossmark) };
    expect(await run(eventId, through)).toMatchObject({ outcome: 'done' });
    expect(requests.map(({ headers }) => headers.cookie)).toEqual([undefined]);
  });
  const createDownloadsFor = (crossmark: Pick<CrossmarkClient, 'origin' | 'file'>) =>
    createDownloads(crossmark, {
      allowedHosts: [need(parseAllowedHost(`files.test:${port}`))],
      isAllowedAddress: () => true,
      lookup: ((_host: string, _options: object, done: (...answer: unknown[]) => void) =>
        done(null, [{ address: '127.0.0.1', family: 4 }])) as never,
      ca: certificate(),
    });

  test('of a host whose name leads into a network is not fetched, whatever it led to before', async () => {
    const answers = [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::ffff:127.0.0.1']];
    for (const addresses of answers) {
      const real = contextWith({
        isAllowedAddress: isPublicAddress,
        lookup: ((_host: string, _options: object, done: (...answer: unknown[]) => void) =>
          done(
            null,
            addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
          )) as never,
      });
      await expect(read(urlOf('/a.pdf'), real)).rejects.toThrow('files.test is inside of a network');
      await real.downloads.close();
    }
    expect(requests).toEqual([]);
  });

  test('whose host has another certificate, or none to trust, is not fetched', async () => {
    respond = async (_request, response) => response.end(await pdf());
    await expect(read(`https://other.test:${port}/a.pdf`)).rejects.toThrow('could not prove its identity');
    const { ca: _, ...rest } = { ca: '' };
    const strict = contextWith({ ...rest, ca: undefined as never });
    await expect(read(urlOf('/a.pdf'), strict)).rejects.toThrow('could not prove its identity');
    await strict.downloads.close();
    expect(requests).toEqual([]);
  });

  test('that is larger than 20 MB is given up while it arrives, whatever its length is said to be', async () => {
    let sent = 0;
    respond = (_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 32);
      const more = () => {
        while (!response.destroyed && sent < 10 * MOST_FILE_BYTES) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
    await expect(read(urlOf('/a.pdf'))).rejects.toThrow('The file is larger than 20 MB.');
    expect(sent).toBeLessThan(5 * MOST_FILE_BYTES);
  });

  test('that never ends is given up after a while, and attempted again later', async () => {
    respond = (_request, response) => void response.write('%PDF-1.4');
    const hasty = contextWith({ wholeMs: 300 });
    const eventId = await eventWith(urlOf('/a.pdf'));
    expect(await run(eventId, hasty)).toMatchObject({ outcome: 'retry' });
    expect(await rowOf(eventId)).toMatchObject({
      state: 'waiting',
      failedAttempts: 1,
      failure: 'files.test took too long to give the file.',
    });
    await hasty.downloads.close();
  });

  test.each([
    ['a web page', () => Buffer.from('<!doctype html><p>Please sign in'), 'something else than a PDF'],
    ['nothing', () => Buffer.alloc(0), 'something else than a PDF'],
    ['half a PDF', async () => (await pdf()).subarray(0, 40), 'is damaged'],
    ['a PDF with a password', encryptedPdf, 'is protected by a password'],
    ['a PDF without pages', emptyPdf, 'has no pages'],
    ['a PDF of many pages', () => pdf(301), 'has 301 pages'],
  ])('that is %s is named as such, and not attempted again', async (_name, make, reason) => {
    const bytes = await make();
    respond = (_request, response) => response.end(bytes);
    const eventId = await eventWith(urlOf('/a.pdf'));
    await forgetJobs();
    expect(await run(eventId)).toMatchObject({ outcome: 'nothing' });
    const row = await rowOf(eventId);
    expect(row).toMatchObject({ state: 'failed', fileHash: null });
    expect(row.failure).toContain(reason);
    expect(await jobs()).toEqual([]);
  });

  test.each([404, 403, 410])('that its host does not give (%i) is not attempted again', async (status) => {
    respond = (_request, response) => response.writeHead(status).end();
    const eventId = await eventWith(urlOf('/a.pdf'));
    expect(await run(eventId)).toMatchObject({ outcome: 'nothing' });
    expect(await rowOf(eventId)).toMatchObject({
      state: 'failed',
      failure: `files.test does not give the file to this server (${status}).`,
    });
  });

  test('that fails again and again is given up after an hour, without a dead letter, until a person asks', async () => {
    respond = (_request, response) => response.writeHead(503).end();
    const eventId = await eventWith(urlOf('/a.pdf'));
    for (let n = 0; n < 7; n++) expect(await run(eventId)).toMatchObject({ outcome: 'retry' });
    expect(await run(eventId)).toMatchObject({ outcome: 'nothing' });
    expect(await rowOf(eventId)).toMatchObject({
      state: 'failed',
      failure: 'files.test could not give the file (503).',
    });
    const outcomes = await database.db.select({ outcome: syncAttempts.outcome }).from(syncAttempts);
    expect(outcomes.filter(({ outcome }) => outcome === 'dead')).toEqual([]);
    respond = async (_request, response) => response.end(await pdf());
    await database.db.transaction((tx) => fetchInstructionsAgain(tx, eventId));
    expect(await run(eventId)).toMatchObject({ outcome: 'done' });
    expect(await rowOf(eventId)).toMatchObject({ state: 'fetched', failure: null, failedAttempts: 0 });
  });

  test('that is there stays while a person has it fetched again in vain', async () => {
    respond = async (_request, response) => response.end(await pdf());
    const eventId = await eventWith(urlOf('/a.pdf'));
    await run(eventId);
    const { fileHash } = await rowOf(eventId);
    respond = (_request, response) => response.writeHead(404).end();
    await database.db.transaction((tx) => fetchInstructionsAgain(tx, eventId));
    await run(eventId);
    expect(await rowOf(eventId)).toMatchObject({ state: 'failed', fileHash });
  });

  test('of several events is kept once, and goes when no event refers to it any more', async () => {
    respond = async (_request, response) => response.end(await pdf());
    const bytes = await pdf();
    respond = (_request, response) => response.end(bytes);
    const first = await eventWith(urlOf('/a.pdf'));
    await database.db.update(events).set({ mplanId: null });
    const second = await eventWith(urlOf('/b.pdf'));
    await run(first);
    await run(second);
    expect(await database.db.$count(instructionFiles)).toBe(1);
    const keep = { recordsDays: 90, auditDays: 0, attendanceDays: 0 };
    await database.db.update(instructionFiles).set({ storedAt: sql`app_now() - interval '2 hours'` });
    expect(await prune(database.db, keep)).toEqual({});
    await database.db.update(events).set({
      startsOn: sql`(app_now() - interval '100 days')::date`,
      dueOn: sql`(app_now() - interval '92 days')::date`,
    });
    expect(await prune(database.db, keep)).toEqual({ event_instructions: 2, instruction_files: 1 });
  });
});

const forgetJobs = () => database.sql`
  select graphile_worker.complete_jobs(array(select id from graphile_worker._private_jobs))`;

async function encryptedPdf(): Promise<Buffer> {
  const file = await PDFDocument.create();
  file.addPage();
  file.encrypt({ userPassword: 'secret', ownerPassword: 'secret' });
  return Buffer.from(await file.save());
}

async function emptyPdf(): Promise<Buffer> {
  return Buffer.from(await (await PDFDocument.create()).save({ addDefaultPage: false }));
}
