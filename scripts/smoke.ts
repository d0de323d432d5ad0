/**
 * `pnpm smoke [--json]`: starts everything on free ports with temporary data, makes a dispatcher's
 * changes through the public API, and checks the simulator's own state after each step.
 */
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { type Api, freeSlot, refusal, signIn } from './lib/api.ts';
import { type Apps, startApps } from './lib/apps.ts';
import { heldBookings, SECOND_BOOKINGS } from './lib/crossmark-side.ts';
import { temporaryInfrastructure } from './lib/infrastructure.ts';
import { readOptions } from './lib/options.ts';
import { waitFor } from './lib/process.ts';

const { values } = readOptions('Usage: pnpm smoke [--json]', {
  options: { json: { type: 'boolean', default: false } },
});
const { json } = values;
const results: { step: string; ok: boolean; detail?: string }[] = [];

async function step(name: string, work: () => Promise<void>): Promise<void> {
  const failed = await work().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  results.push({ step: name, ok: failed === undefined, ...(failed === undefined ? {} : { detail: failed }) });
  if (!json)
    console.log(
      `${failed === undefined ? 'ok    ' : 'FAILED'} ${name}${failed === undefined ? '' : `: ${failed}`}`,
    );
}

function equal(what: string, actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what} is ${a}, expected ${b}`);
}

async function firstWhere<T>(all: readonly T[], fits: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) if (await fits(one)) return one;
  return undefined;
}

const infrastructure = await temporaryInfrastructure();
let apps: Apps | undefined;
let clickToSyncedMs = Number.NaN;
try {
  apps = await startApps(infrastructure, { pages: false });
  const api: Api = await signIn(apps.serverUrl, infrastructure.env.WEB_ORIGIN as string);
  const [store] = await api.stores.list.query();
  if (!store) throw new Error('There is no store.');
  const today = workDateOf(currentInstant(), store.timeZone);

  /** Returns the board of a week, `weeks` after the present one. */
  const board = (weeks = 0) => api.board.week.query({ weekOf: addDays(today, weeks * 7) });
  const people = new Map((await api.employees.list.query({})).map((person) => [person.id, person]));
  const repOf = (employeeId: number) => people.get(employeeId)?.repId;
  const synced = (eventId: number) =>
    waitFor(
      `Event ${eventId} synced`,
      async () => {
        const sync = await api.sync.get.query({ eventId });
        return sync.state === 'synced' && sync.syncedVersion === sync.wantedVersion ? sync : false;
      },
      { withinMs: 20_000 },
    );
  /**
   * Events with writes. A list within ten minutes of a write may be older than it, and leaves a
   * doubt.
   */
  const written: number[] = [];
  const free = (type: string, without: readonly number[] = []) => freeSlot(api, type, today, without);
  const handle = ({ scheduleId, version }: { scheduleId: number; version: number }) => ({
    scheduleId,
    version,
  });
  const configure = async (settings: object) => {
    const answer = await fetch(`${infrastructure.simulatorUrl}/__sim/settings`, {
      method: 'PATCH',
      body: JSON.stringify(settings),
    });
    equal('the simulator takes its settings', answer.ok, true);
  };
  const only = async (mplanId: string | null) => {
    const held = await heldBookings(infrastructure.simulatorUrl, mplanId);
    equal(`number of bookings of plan ${mplanId}`, held.length, 1);
    return held[0] as (typeof held)[number];
  };

  // The real Crossmark's handling of a second booking is known only from one recorded answer, so
  // each possible way is checked.
  for (const secondBooking of SECOND_BOOKINGS) {
    await configure({ secondBooking });
    const core = await free('Core');
    written.push(core.event.eventId);
    let schedule: { scheduleId: number; version: number } = { scheduleId: 0, version: 0 };
    await step(
      `create: the booking is in Crossmark with the right rep, store and time (${secondBooking})`,
      async () => {
        const clickedAt = performance.now();
        schedule = handle(
          await api.schedules.create.mutate({
            eventId: core.event.eventId,
            employeeId: core.one.employeeId,
            startsAt: core.startsAt,
            withSupervisor: false,
          }),
        );
        await synced(core.event.eventId);
        if (Number.isNaN(clickToSyncedMs)) clickToSyncedMs = Math.round(performance.now() - clickedAt);
        const held = await only(core.event.mplanId);
        equal('rep', held.repId, repOf(core.one.employeeId));
        equal('store', held.storeId, store.crossmarkStoreId);
        equal('start', held.startsAt, core.startsAt);
      },
    );

    await step(`reschedule: one booking, at the new time (${secondBooking})`, async () => {
      const other = core.slots.find((slot) => slot.startsAt !== core.startsAt);
      if (!other) throw new Error('Core has one slot only.');
      schedule = handle(await api.schedules.reschedule.mutate({ ...schedule, startsAt: other.startsAt }));
      await synced(core.event.eventId);
      equal('start', (await only(core.event.mplanId)).startsAt, other.startsAt);
    });

    await step(`change employee: one booking, for the new person (${secondBooking})`, async () => {
      schedule = handle(
        await api.schedules.changeEmployee.mutate({ ...schedule, employeeId: core.two.employeeId }),
      );
      await synced(core.event.eventId);
      equal('rep', (await only(core.event.mplanId)).repId, repOf(core.two.employeeId));
    });

    await step(`trade: two bookings, people swapped (${secondBooking})`, async () => {
      // The demo's people who can work each other's day depend on the weekday.
      const weeks = await Promise.all([0, 1, 2, 3].map((week) => board(week)));
      const cores = weeks
        .flatMap((week) => week.schedules)
        .filter(({ event, workDate }) => event.type === 'Core' && workDate > today);
      const allows = async (b: (typeof cores)[number]) =>
        b.employeeId !== core.two.employeeId &&
        (await api.schedules.tradePreview.query({ a: schedule, b: handle(b) })).allowed;
      const second = await firstWhere(cores, allows);
      if (!second) throw new Error('No Core of the demo can be traded with.');
      await synced(second.event.eventId);
      await api.schedules.trade.mutate({ a: schedule, b: handle(second) });
      await synced(core.event.eventId);
      await synced(second.event.eventId);
      equal('first rep', (await only(core.event.mplanId)).repId, repOf(second.employeeId));
      equal('second rep', (await only(second.event.mplanId)).repId, repOf(core.two.employeeId));
      schedule = { scheduleId: schedule.scheduleId, version: schedule.version + 1 };
    });

    await step(`a stale edit is refused and changes nothing (${secondBooking})`, async () => {
      const said = await refusal(
        api.schedules.unschedule.mutate({ scheduleId: schedule.scheduleId, version: 1 }),
      );
      if (!/changed/i.test(said)) throw new Error(`Refused, but with: ${said}`);
      await only(core.event.mplanId);
    });

    await step(
      `unschedule: Crossmark holds nothing, the event is in the tray (${secondBooking})`,
      async () => {
        await api.schedules.unschedule.mutate(schedule);
        await synced(core.event.eventId);
        equal('bookings', await heldBookings(infrastructure.simulatorUrl, core.event.mplanId), []);
        const trays = await Promise.all([0, 1, 2, 3].map((week) => board(week)));
        if (!trays.some((week) => week.tray.some((event) => event.eventId === core.event.eventId))) {
          throw new Error('The event is not in the tray.');
        }
      },
    );
  }

  await step('refresh: every event read, none changed by what was done here', async () => {
    const { runId } = await api.sync.refreshNow.mutate();
    const run = await waitFor('The refresh', async () => {
      const state = await api.sync.refreshRun.query({ runId });
      return state.state === 'done' || state.state === 'failed' ? state : false;
    });
    equal('state', run.state, 'done');
    equal('read', run.read, run.total);
    equal('created, gone, drifted', [run.created, run.gone, run.drifted], [0, 0, 0]);
  });

  await step('a booking made on Crossmark’s own site is on the board after a refresh', async () => {
    const target = await free('Core', written);
    const booked = await fetch(`${infrastructure.simulatorUrl}/__sim/bookings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        mplanId: target.event.mplanId,
        storeId: store.crossmarkStoreId,
        repId: repOf(target.one.employeeId),
        startsAt: target.startsAt,
        endsAt: new Date(Date.parse(target.startsAt) + target.event.durationMinutes * 60_000).toISOString(),
      }),
    });
    equal('simulator accepted', booked.ok, true);
    const { runId } = await api.sync.refreshNow.mutate();
    await waitFor('The refresh', async () => (await api.sync.refreshRun.query({ runId })).state === 'done');
    const weeks = await Promise.all([0, 1, 2, 3, 4].map((week) => board(week)));
    const match = weeks
      .flatMap((week) => week.schedules)
      .find((candidate) => candidate.event.eventId === target.event.eventId);
    equal('who', match?.employeeId, target.one.employeeId);
    equal('when', match?.startsAt, target.startsAt);
  });
} catch (error) {
  results.push({
    step: 'run',
    ok: false,
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  if (!json) console.log(`FAILED ${results.at(-1)?.detail}`);
} finally {
  await apps?.stop();
  await infrastructure.stop();
}

const failed = results.filter((result) => !result.ok).length;
if (json) console.log(JSON.stringify({ passed: results.length - failed, failed, clickToSyncedMs, results }));
else
  console.log(
    `smoke: ${results.length - failed} passed, ${failed} failed, click-to-synced ${clickToSyncedMs} ms`,
  );
process.exit(failed === 0 ? 0 : 1);
