import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { alerts, crossmarkBreakers, eventSyncs, events, refreshRuns, stores, workers } from '@scheduler/db';
import { createTimedDatabase, type TimedDatabase } from '@scheduler/db/testing';
import { startTestMailServer } from '@scheduler/mail/testing';
import { createLogger, SettingsError } from '@scheduler/runtime';
import { ALERTS, FIRST_STEPS } from '@scheduler/sync';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readSettings } from '../env.ts';
import { tellAlerts, watchAlerts } from './tell-alerts.ts';
import type { AlertWays } from './ways.ts';
import { alertMessage } from './words.ts';

const ORIGIN = 'https://scheduler.example.test';

let database: TimedDatabase;

beforeAll(async () => {
  database = await createTimedDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await db().execute(sql`truncate stores, alerts, workers, refresh_runs, crossmark_breakers cascade`);
});

const db = () => database.db();

const itIs = (instant: string) => database.itIs(instant);
const clock = (time: string) => itIs(`2026-01-05T${time}.000Z`);
const hearWorker = () => db().insert(workers).values({ id: 'w', host: 'h', pid: 1, concurrency: 1 });
const endWorkers = () => db().delete(workers);

async function addEvents(...names: string[]) {
  const [store] = await db()
    .insert(stores)
    .values({ crossmarkStoreId: '1' as never, number: '1', name: 'Club', timeZone: 'UTC' })
    .returning();
  return db()
    .insert(events)
    .values(
      names.map((name) => ({
        storeId: store?.id ?? 0,
        name,
        type: 'Core' as const,
        startsOn: '2026-01-01',
        dueOn: '2026-01-08',
        durationMinutes: 390,
        rulesVersion: 1,
      })),
    )
    .returning();
}

interface Told {
  text: string;
  alert: string;
  state: string;
  since: string;
  origin: string;
  runbook: string;
}

/** A webhook on this machine that keeps what it takes, and answers with a status that a test can set. */
async function startWebhook() {
  const told: Told[] = [];
  const answer = { status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (answer.status === 200) told.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(answer.status, answer.status === 302 ? { location: '/elsewhere' } : {}).end('ok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ways: AlertWays = { webhook: `http://127.0.0.1:${port}/hook-secret`, mail: undefined };
  return { told, answer, ways };
}

const tell = (ways: AlertWays, quietMinutes = 60, log = createLogger('alerts-test', 'silent')) =>
  tellAlerts(db(), { ways, origin: ORIGIN, quietMinutes, log, signal: new AbortController().signal });
const states = (told: readonly Told[]) => told.map(({ alert, state }) => `${alert} ${state}`);

describe('alerts are told of', () => {
  test('when no worker is there: after two minutes, once, again after the quiet time, and when it is over', async () => {
    const { told, ways } = await startWebhook();
    await clock('12:00:00');
    expect(await tell(ways)).toEqual({ told: 0, failed: 0 });
    await clock('12:01:30');
    expect(await tell(ways)).toEqual({ told: 0, failed: 0 });
    await clock('12:02:30');
    expect(await tell(ways)).toEqual({ told: 1, failed: 0 });
    await clock('12:30:00');
    expect(await tell(ways)).toEqual({ told: 0, failed: 0 });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ alert: 'no-worker', state: 'firing', origin: ORIGIN });
    expect(told[0]?.since).toMatch(/^2026-01-05T12:00:/);
    expect(told[0]?.text).toContain('No worker is running, since 2026-01-05 12:00 UTC.');
    expect(told[0]?.runbook).toBe('docs/runbooks.md#no-worker');
    await clock('13:02:40');
    expect(await tell(ways)).toEqual({ told: 1, failed: 0 });
    await hearWorker();
    expect(await tell(ways)).toEqual({ told: 1, failed: 0 });
    expect(await tell(ways)).toEqual({ told: 0, failed: 0 });
    expect(states(told)).toEqual(['no-worker firing', 'no-worker firing', 'no-worker over']);
  });

  test('by one of several servers that look at the same moment', async () => {
    const { told, ways } = await startWebhook();
    await clock('12:00:00');
    await tell(ways);
    await clock('12:05:00');
    const counts = await Promise.all(Array.from({ length: 6 }, () => tell(ways)));
    expect(counts.reduce((sum, { told: taken }) => sum + taken, 0)).toBe(1);
    expect(told).toHaveLength(1);
  });

  test('again a minute later where nobody took the message, also if the server that had it died', async () => {
    const { told, answer, ways } = await startWebhook();
    const lines: string[] = [];
    const log = createLogger('alerts-test', 'info', { write: (line) => lines.push(line) });
    await clock('12:00:00');
    await tell(ways);
    await clock('12:05:00');
    for (const status of [500, 302]) {
      answer.status = status;
      await db().update(alerts).set({ claimedUntil: null });
      expect(await tell(ways, 60, log)).toEqual({ told: 0, failed: 1 });
    }
    const [row] = await db().select().from(alerts).where(eq(alerts.name, 'no-worker'));
    expect(row).toMatchObject({ isTold: false, toldAt: null, failure: expect.stringContaining('webhook') });
    expect(JSON.stringify([lines, row])).not.toContain('hook-secret');
    answer.status = 200;
    expect(await tell(ways)).toEqual({ told: 0, failed: 0 });
    await clock('12:06:30');
    expect(await tell(ways)).toEqual({ told: 1, failed: 0 });
    expect(told).toHaveLength(1);
  });

  test('without a storm where a condition comes and goes within the quiet time', async () => {
    const { told, ways } = await startWebhook();
    for (const minute of [10, 20, 30, 40]) {
      await clock(`12:${minute}:00`);
      await endWorkers();
      await tell(ways);
      await clock(`12:${minute + 4}:00`);
      await tell(ways);
      await hearWorker();
      await tell(ways);
    }
    expect(states(told)).toEqual(['no-worker firing', 'no-worker over']);
  });

  test('each on its own condition, with what it is about', async () => {
    const { told, ways } = await startWebhook();
    await clock('12:00:00');
    await hearWorker();
    const rows = await addEvents('a', 'b', 'c');
    expect(await tell(ways)).toEqual({ told: 0, failed: 0 });
    const wantedAt = '2026-01-05T11:49:00.000Z';
    const kinds = ['failed', 'conflict', 'pending'] as const;
    await db()
      .insert(eventSyncs)
      .values(rows.map(({ id }, at) => ({ eventId: id, state: kinds[at] ?? 'pending', wantedAt })));
    await db().insert(refreshRuns).values({ requestedBy: 'schedule', state: 'failed', finishedAt: wantedAt });
    const openedAt = '2026-01-05T11:58:00.000Z';
    await db()
      .insert(crossmarkBreakers)
      .values({ host: 'https://crossmark.example.test', state: 'open', failingSince: openedAt, openedAt });
    expect((await tell(ways)).told).toBe(3);
    const textOf = (name: string) => told.find(({ alert }) => alert === name)?.text;
    expect(textOf('oldest-change')).toContain('since 2026-01-05 11:49 UTC. 1 change is on its way.');
    expect(textOf('needs-a-person')).toContain('1 change that is not retried, 1 conflict.');
    expect(textOf('refresh')).toContain('since 2026-01-05 11:49 UTC.');
    // Crossmark is often away for a minute or two.
    expect(textOf('calls-held-back')).toBeUndefined();
    await clock('12:03:30');
    await endWorkers();
    await hearWorker();
    expect((await tell(ways)).told).toBe(1);
    expect(textOf('calls-held-back')).toContain(
      'Calls to Crossmark are held back, since 2026-01-05 11:58 UTC.',
    );
  });

  test('not as a change that is late, if what is old waits for a person', async () => {
    const { told, ways } = await startWebhook();
    await clock('12:00:00');
    await hearWorker();
    const rows = await addEvents('a', 'b');
    const states = ['failed', 'conflict'] as const;
    await db()
      .insert(eventSyncs)
      .values(
        rows.map(({ id }, at) => ({
          eventId: id,
          state: states[at] ?? 'failed',
          wantedAt: '2026-01-05T09:00:00.000Z',
          updatedAt: '2026-01-05T09:00:00.000Z',
        })),
      );
    await tell(ways);
    expect(told.map(({ alert }) => alert)).toEqual(['needs-a-person']);
  });

  test('when no refresh has ever ended, from the first request or the first worker', async () => {
    const { told, ways } = await startWebhook();
    const refreshAlerts = () => told.filter(({ alert }) => alert === 'refresh').map(({ since }) => since);
    const workerSince = async (startedAt: string) => {
      await endWorkers();
      await db().insert(workers).values({ id: 'w', host: 'h', pid: 1, concurrency: 1, startedAt });
    };
    await clock('12:00:00');
    await workerSince('2026-01-05T09:51:00.000Z');
    await tell(ways);
    expect(refreshAlerts()).toEqual([]);
    const requestedAt = '2026-01-05T09:52:00.000Z';
    await db().insert(refreshRuns).values({ requestedBy: 'schedule', state: 'queued', requestedAt });
    await clock('12:01:30');
    await workerSince('2026-01-05T09:51:00.000Z');
    await tell(ways);
    expect(refreshAlerts()).toEqual([]);
    await clock('12:02:30');
    await tell(ways);
    expect(refreshAlerts()).toEqual([requestedAt]);
    await db().delete(refreshRuns);
    await db().delete(alerts);
    await workerSince('2026-01-05T09:51:00.000Z');
    await tell(ways);
    expect(refreshAlerts()).toEqual([requestedAt, '2026-01-05T09:51:00.000Z']);
  });

  test('by e-mail, to each address, with an id that is the same for each attempt', async () => {
    const from = { name: 'Scheduler', address: 'scheduler@example.test' };
    const { mail: server, received, close } = await startTestMailServer(from);
    onTestFinished(close);
    const mail = { server, to: ['ada@example.test', 'jo@example.test'] };
    await clock('12:00:00');
    await tell({ webhook: undefined, mail });
    await clock('12:05:00');
    expect(await tell({ webhook: undefined, mail })).toEqual({ told: 1, failed: 0 });
    expect(received.map(({ to }) => to).sort()).toEqual(mail.to);
    for (const { content } of received) {
      expect(content).toMatch(/^Subject: \[Scheduler\] No worker is running/m);
      expect(content).toMatch(/^Message-ID: <[0-9a-f]{32}@scheduler\.example\.test>/im);
      expect(content).toMatch(/^Auto-Submitted: auto-generated/m);
    }
  });

  test('from a server that runs, until it is stopped', async () => {
    const { told, ways } = await startWebhook();
    await clock('12:00:00');
    await tell(ways);
    await clock('12:05:00');
    const log = createLogger('alerts-test', 'silent');
    const stopping = new AbortController();
    const { signal } = stopping;
    const watching = watchAlerts(database.url, { ways, origin: ORIGIN, quietMinutes: 60, log, signal });
    await expect.poll(() => states(told)).toEqual(['no-worker firing']);
    stopping.abort();
    await watching;
  });
});

test('every alert has words for both of its states, and a section of the runbooks', () => {
  const situation = {
    at: '2026-01-05T12:00:00.000Z',
    oldestMoving: null,
    states: [],
    failedJobs: { total: 0, rows: [] },
    crossmark: { state: 'reachable' as const, since: null },
    refresh: { current: null, last: null, question: null },
    workers: [],
  };
  const runbooks = readFileSync(new URL('../../../../docs/runbooks.md', import.meta.url), 'utf8');
  for (const name of ALERTS) {
    for (const state of ['firing', 'over'] as const) {
      const origins = { origin: ORIGIN, adminOrigin: 'https://admin.example.test' };
      const { text, subject } = alertMessage(name, state, situation.at, situation, origins);
      expect(subject.length).toBeGreaterThan(20);
      expect(text).not.toMatch(/undefined|null|NaN/);
      const { page, words } = FIRST_STEPS[name];
      if (state === 'firing')
        expect(text).toContain(`What to do first: ${words} https://admin.example.test/${page}\n`);
    }
    expect(runbooks).toContain(`\n## ${name}\n`);
  }
});

test('settings that lack a part are refused with its name', () => {
  const base = {
    DATABASE_URL: 'postgres://a:b@localhost:5432/c',
    AUTH_SECRET: 'x'.repeat(32),
    WEB_ORIGIN: ORIGIN,
  };
  expect(readSettings(base).alertWays).toBeUndefined();
  const mail = { ...base, ALERT_MAIL_TO: 'ada@example.test, jo@example.test' };
  expect(() => readSettings(mail)).toThrow(/needs? SMTP_URL and SMTP_FROM/);
  expect(() => readSettings({ ...mail, SMTP_URL: 'smtp://mail.example.test' })).toThrow(SettingsError);
  expect(() => readSettings({ ...base, ALERT_MAIL_TO: 'ada' })).toThrow(/ALERT_MAIL_TO is wrong/);
  expect(() => readSettings({ ...base, ALERT_WEBHOOK_URL: 'ftp://x.example' })).toThrow(/ALERT_WEBHOOK_URL/);
  const full = { ...mail, SMTP_URL: 'smtp://mail.example.test', SMTP_FROM: 'scheduler@example.test' };
  expect(readSettings(full).alertWays?.mail?.to).toEqual(['ada@example.test', 'jo@example.test']);
});
