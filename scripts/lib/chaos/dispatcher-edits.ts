import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import type { Row } from './events-in-play.ts';
import type { Scene } from './scene.ts';

const OVERRIDE = { overrideReason: 'It has to be done.' };

export async function schedule({ play, log, api, random }: Scene, row: Row): Promise<void> {
  const person = play.personFor(row);
  if (!person) return;
  const startsAt = play.startFor(row);
  const eventId = row.event.id;
  const withSupervisor = random.chance(0.7);
  await log.save(
    `schedules ${person.name} (${person.repId}) for ${startsAt}`,
    [eventId],
    (options) =>
      api.schedules.create.mutate(
        { eventId, employeeId: person.id, startsAt, withSupervisor, ...OVERRIDE },
        options,
      ),
    [{ eventId, wish: { employeeId: person.id, startsAt } }],
  );
}

export async function move({ play, log, api }: Scene, { schedule, ...row }: Row): Promise<boolean> {
  if (!schedule) return false;
  const { id: scheduleId, version } = schedule;
  const startsAt = play.startFor({ schedule, ...row });
  return log.save(
    `moves schedule ${scheduleId} to ${startsAt}`,
    [row.event.id],
    (options) => api.schedules.reschedule.mutate({ scheduleId, version, startsAt, ...OVERRIDE }, options),
    [{ eventId: row.event.id, wish: { startsAt } }],
  );
}

/** Many edits in a row: every step is saved, and one booking must result. */
export async function moveAgainAndAgain(scene: Scene, first: Row): Promise<void> {
  const { play, random } = scene;
  let row = first;
  for (let n = random.int(3, 6); n > 0; n--) {
    if (!(await move(scene, row))) return;
    await play.read().catch(() => {});
    row = play.rows.find((one) => one.event.id === first.event.id) ?? row;
  }
}

export async function changePerson({ play, log, api }: Scene, row: Row): Promise<void> {
  const { schedule, event } = row;
  const person = schedule && play.personFor(row, schedule.employeeId);
  if (!schedule || !person) return;
  const { id: scheduleId, version } = schedule;
  const employeeId = person.id;
  await log.save(
    `gives schedule ${scheduleId} to ${person.name} (${person.repId})`,
    [event.id],
    (options) =>
      api.schedules.changeEmployee.mutate({ scheduleId, version, employeeId, ...OVERRIDE }, options),
    [{ eventId: event.id, wish: { employeeId } }],
  );
}

export async function unschedule({ log, api }: Scene, { schedule, event }: Row): Promise<void> {
  if (!schedule) return;
  const { id: scheduleId, version } = schedule;
  await log.save(
    `unschedules ${scheduleId}`,
    [event.id],
    (options) => api.schedules.unschedule.mutate({ scheduleId, version }, options),
    [{ eventId: event.id, wish: 'nobody' }],
  );
}

export async function trade({ play, log, api, random }: Scene, cores: readonly Row[]): Promise<void> {
  const a = random.pick(cores);
  const b = random.pick(
    cores.filter((row) => row !== a && row.schedule?.employeeId !== a?.schedule?.employeeId),
  );
  if (!a?.schedule || !b?.schedule) return;
  const side = ({ id, version }: { id: number; version: number }) => ({ scheduleId: id, version });
  const input = { a: side(a.schedule), b: side(b.schedule) };
  const eventIds = [a.event.id, b.event.id];
  const wishes = [
    { eventId: a.event.id, wish: { employeeId: b.schedule.employeeId } },
    { eventId: b.event.id, wish: { employeeId: a.schedule.employeeId } },
  ];
  await play.hold(eventIds, async () => {
    const saved = await log.ask(
      `trades ${input.a.scheduleId} and ${input.b.scheduleId}`,
      eventIds,
      (options) => api.schedules.trade.mutate(input, options),
      wishes,
    );
    if (saved) log.acknowledge(saved.a, saved.b);
  });
}

/** Reissues work that is past or reported as done. Its event is then edited like any other. */
export async function reissue({ play, log, api, random }: Scene, row: Row): Promise<void> {
  const person = play.personFor(row);
  if (!person) return;
  const workDate = addDays(workDateOf(currentInstant(), row.store.timeZone), random.int(1, 5));
  const startsAt = play.startOn(row, workDate);
  const eventId = row.event.id;
  const isSaved = await log.save(
    `reissues it to ${person.name} (${person.repId}) for ${startsAt}`,
    [eventId],
    (options) =>
      api.schedules.reissue.mutate(
        {
          eventId,
          employeeId: person.id,
          startsAt,
          expiresOn: addDays(workDate, 4),
          overrideReason: 'It has to be done again.',
        },
        options,
      ),
    [{ eventId, wish: { employeeId: person.id, startsAt }, isReissue: true }],
  );
  if (isSaved) play.add(eventId);
}

/** Ends a conflict one way or the other. */
export async function resolve({ log, api, random }: Scene, { event, sync }: Row): Promise<void> {
  const seenAt = sync?.conflict?.seenAt;
  if (!seenAt) return;
  const choice = random.chance(0.5) ? 'mine' : 'theirs';
  await log.ask(
    `keeps ${choice}`,
    [event.id],
    (options) => api.sync.resolve.mutate({ eventId: event.id, choice, seenAt }, options),
    choice === 'theirs' ? [{ eventId: event.id, wish: 'anything' }] : [],
  );
}

export async function refresh({ log, api }: Scene): Promise<void> {
  await log.ask('asks for a refresh', [], (options) => api.sync.refreshNow.mutate(undefined, options));
}
