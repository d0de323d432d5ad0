import { setTimeout as wait } from 'node:timers/promises';
import { connect, schedules } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { TRPCClientError } from '@trpc/client';
import { eq } from 'drizzle-orm';
import { type Api, signIn, signInCookie } from '../api.ts';
import { heldBookings } from '../crossmark-side.ts';
import { waitFor } from '../process.ts';

/** People who work while an installation is upgraded. */
export interface Load {
  /** The number of requests that succeeded so far. */
  succeeded(): number;
  /** Ends the work after the requests that run. */
  stop(): Promise<void>;
  /** Waits until everything is in Crossmark, and compares what was acknowledged with both sides. */
  compare(where: { databaseUrl: string; simulatorUrl: string }): Promise<{
    answered: number;
    acknowledged: number;
    refused: number;
    /** Requests without an answer, or with a fault of the server, each in a line. */
    failed: string[];
    /** Acknowledged edits that Postgres or Crossmark doesn't have, each in a line. */
    lost: string[];
  }>;
}

/** A schedule as its last acknowledged edit left it. */
interface Edited {
  scheduleId: number;
  version: number;
  eventId: number;
  mplanId: string | null;
  startsAt: string;
}

const WRITERS = 3;
const MINUTE_MS = 60_000;
/** The pause of a person between two requests. */
const PAUSE_MS = 50;
const OVERRIDE = { overrideReason: 'The upgrade is being checked.' };

/** Starts people who move schedules, look at the board and watch the admin page. */
export async function startLoad(urls: {
  webUrl: string;
  adminUrl: string;
  metricsToken: string;
}): Promise<Load> {
  const { webUrl, adminUrl, metricsToken } = urls;
  const api = await signIn(webUrl, webUrl);
  const cookie = await signInCookie(adminUrl, adminUrl, 'admin@demo.test');
  const [store] = await api.stores.list.query();
  const today = workDateOf(currentInstant(), String(store?.timeZone));
  const edited = await readCores(api, today);
  const failed: string[] = [];
  const counts = { answered: 0, acknowledged: 0, refused: 0 };
  let isStopping = false;

  /** Makes requests one after another until the load is stopped. */
  async function person(name: string, step: (n: number) => Promise<unknown>): Promise<void> {
    for (let n = 0; !isStopping; n++) {
      try {
        await step(n);
        counts.answered += 1;
      } catch (error) {
        if (isRefusal(error)) {
          counts.answered += 1;
          counts.refused += 1;
        } else failed.push(`${name}: ${error instanceof Error ? error.message : error}`);
      }
      await wait(PAUSE_MS);
    }
  }

  const writers = Array.from({ length: WRITERS }, (_, writer) => {
    const own = edited.filter((_schedule, at) => at % WRITERS === writer);
    return person(`moves a schedule`, async (n) => {
      const schedule = own[n % own.length];
      if (!schedule) return;
      const { scheduleId, version } = schedule;
      // To and fro, so that it stays on its day.
      const byMs = (version % 2 === 0 ? 1 : -1) * 15 * MINUTE_MS;
      const startsAt = new Date(Date.parse(schedule.startsAt) + byMs).toISOString();
      const saved = await api.schedules.reschedule.mutate({ scheduleId, version, startsAt, ...OVERRIDE });
      Object.assign(schedule, { version: saved.version, startsAt });
      counts.acknowledged += 1;
    });
  });
  const readers = [0, 1].map((week) =>
    person('reads the board', () => api.board.week.query({ weekOf: addDays(today, week * 7) })),
  );
  const get = async (path: string, headers: Record<string, string>) => {
    const answer = await fetch(`${adminUrl}${path}`, { headers: { origin: adminUrl, ...headers } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 200)}`);
  };
  const watchers = [
    person('watches the admin page', () => get('/trpc/overview', { cookie })),
    person('scrapes the figures', () => get('/metrics', { authorization: `Bearer ${metricsToken}` })),
    person('opens the page', async () => {
      const answer = await fetch(webUrl);
      await answer.text();
      if (!answer.ok) throw new Error(`/: ${answer.status}`);
    }),
  ];
  const working = Promise.all([...writers, ...readers, ...watchers]);

  return {
    succeeded: () => counts.answered - counts.refused,
    stop: async () => {
      isStopping = true;
      await working;
    },
    async compare({ databaseUrl, simulatorUrl }) {
      const lost: string[] = [];
      // What failed before is told all the same.
      await waitFor(
        'Every change in Crossmark',
        async () => {
          const states = await Promise.all(edited.map(({ eventId }) => api.sync.get.query({ eventId })));
          return states.every((sync) => sync.state === 'synced' && sync.syncedVersion === sync.wantedVersion);
        },
        { withinMs: 180_000 },
      ).catch((error: Error) => lost.push(error.message));
      const { db, close } = connect(databaseUrl, { max: 1 });
      for (const { scheduleId, version, mplanId, startsAt } of edited) {
        const [row] = await db.select().from(schedules).where(eq(schedules.id, scheduleId));
        if (row?.version !== version || row.startsAt !== startsAt)
          lost.push(
            `schedule ${scheduleId}: version ${version} at ${startsAt} was acknowledged, Postgres has version ${row?.version} at ${row?.startsAt}`,
          );
        const held = await heldBookings(simulatorUrl, mplanId);
        if (held.length !== 1 || held[0]?.startsAt !== startsAt)
          lost.push(
            `schedule ${scheduleId}: Crossmark holds ${JSON.stringify(held)}, not one at ${startsAt}`,
          );
      }
      await close();
      return { ...counts, failed, lost };
    },
  };
}

/** Whether the server answered that a rule or another edit forbids it. */
const isRefusal = (error: unknown): boolean => {
  if (!(error instanceof TRPCClientError)) return false;
  const status = (error.data as { httpStatus?: number } | null)?.httpStatus ?? 0;
  return status >= 400 && status < 500;
};

/** Reads the Cores of the next four weeks that are in Crossmark. */
async function readCores(api: Api, today: string): Promise<Edited[]> {
  const weeks = await Promise.all(
    [0, 1, 2, 3].map((week) => api.board.week.query({ weekOf: addDays(today, week * 7) })),
  );
  const cores = weeks
    .flatMap((week) => week.schedules)
    .filter(({ event, workDate }) => event.type === 'Core' && workDate > today);
  if (cores.length < WRITERS) throw new Error('The demo has too few scheduled Cores.');
  return cores.map(({ scheduleId, version, startsAt, event }) => ({
    scheduleId,
    version,
    startsAt,
    eventId: event.eventId,
    mplanId: event.mplanId,
  }));
}
