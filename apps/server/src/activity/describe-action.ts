import { formatWhen } from '@scheduler/scheduling';
import { type ScheduleSnapshot, whatChanged } from '../schedules/changes.ts';

type Remembered = Record<string, unknown> | null;

/** Descriptions by action. {@link actionInWords} has more detail for schedules and people. */
const DONE: Readonly<Record<string, string>> = {
  'sync.retry': 'retried it',
  'sync.keep_mine': 'kept what stands here',
  'proposal.start': 'had a plan proposed',
  'proposal.cancel': 'stopped planning',
  'proposal.discard': 'discarded a proposed plan',
  'proposal.restore': 'took back that a proposed plan was discarded',
  'rotation.turn': 'changed whose turn it is',
  'rotation.exception': 'changed whose turn it is on a day',
  'refresh.request': 'asked for a refresh',
  'refresh.mark_gone': 'marked events as gone that Crossmark’s list lacks',
  'event.import': 'imported it',
  'event.fetch_instructions': 'had its instructions fetched again',
  'employee.create': 'added this person',
  'store.create': 'added the store',
  'holiday.add': 'added the holiday',
  'holiday.remove': 'removed the holiday',
  'feed.make': 'made a calendar address',
  'feed.replace': 'made another calendar address, and the one before has ended',
  'feed.revoke': 'ended the calendar address',
  'user.set_up': 'set the scheduler up',
  'user.add': 'added this user',
  'user.invite': 'invited this user',
  'user.withdraw_invitation': 'took the invitation back',
  'user.join': 'came in by an invitation',
  'user.role': 'gave this user another role',
  'user.stores': 'gave this user other stores',
  'user.disable': 'disabled this user',
  'user.enable': 'let this user in again',
  'user.reset_link': 'made a link for a new password',
  'user.digest': 'changed when they get the next days by e-mail',
  'user.password': 'set a new password',
  'user.end_session': 'ended a session',
  'queue.pause': 'paused the queue',
  'queue.resume': 'resumed the queue',
  'queue.purge': 'emptied the queue',
  'job.retry': 'had failed jobs run again',
  'worker.release': 'freed what a silent worker held',
  'breaker.open': 'held calls to Crossmark back',
  'breaker.close': 'let calls to Crossmark pass',
};

/** Describes an action as the continuation of the actor's name. */
export function actionInWords(
  action: string,
  before: Remembered,
  after: Remembered,
  timeZone: string,
): string {
  const [was, is] = [before, after] as (Partial<ScheduleSnapshot> | null)[];
  switch (action) {
    case 'proposal.approve':
      return `approved ${after?.saved} events of a proposed plan`;
    case 'proposal.cover':
      return `had others looked for, for ${after?.events} events: ${after?.off ?? after?.leaving ?? after?.closed}`;
    case 'proposal.undo':
      return `took ${after?.restored} events of an approved plan back`;
    case 'proposal.fail':
      return `could not make a plan: ${after?.note}`;
    case 'proposal.move_line':
      return `changed ${after?.event} in a proposed plan: ${was && is ? whatChanged(was, is, timeZone) : 'moved it'}`;
    case 'proposal.mark_lines':
      return `${marksInWords(after)} in a proposed plan`;
    case 'proposal.take_repair':
      return `took a change that makes a place for ${after?.event} into a proposed plan`;
    case 'proposal.remove_repair':
      return `took the change that made a place for ${after?.event} out of a proposed plan`;
    case 'sync.retry-many':
      return `had ${after?.events} events tried again`;
    case 'sync.keep_theirs':
      return `took Crossmark’s side${was && is ? `: ${whatChanged(was, is, timeZone)}` : ''}`;
    case 'event.never_plan':
      return after?.neverPlan ? 'left it out of automatic plans' : 'let automatic plans have it again';
    case 'event.type':
      return after?.toldBy === 'a person'
        ? `made it ${after.type}${before?.type === after.type ? ', whatever its name tells' : ` in place of ${before?.type}`}`
        : `left its type to its name: ${after?.type}`;
    case 'template.add':
      return `added the paper template “${after?.template}”, printed ${after?.printed}`;
    case 'template.move':
      return `moved the paper template “${after?.template}” to place ${after?.place}`;
    case 'template.remove':
      return `removed the paper template “${before?.template}”`;
    case 'note.save':
      return `${before ? 'changed the note' : 'wrote a note'}${after?.day ? ` about ${after.day}` : ''}: ${after?.note}`;
    case 'note.remove':
      return `removed the note${after?.day ? ` about ${after.day}` : ''}: ${before?.note}`;
    case 'attendance.record':
      return `recorded ${after?.status} on ${after?.day}${before ? ` in place of ${before.status}` : ''}${after?.note ? `: ${after.note}` : ''}`;
    case 'attendance.remove':
      return `removed the attendance of ${before?.day}: ${before?.status}`;
    case 'employee.delete':
      return after?.terminatedOn ? `retired this person as of ${after.terminatedOn}` : 'removed this person';
  }
  const done = Object.hasOwn(DONE, action) ? DONE[action] : undefined;
  if (done) return done;
  if (is?.startsAt && is.employeeName !== undefined) {
    if (!was) return `scheduled it for ${is.employeeName} on ${formatWhen(is.startsAt, timeZone)}`;
    const changed = whatChanged(was, is, timeZone);
    return action === 'schedule.trade' ? `traded: ${changed}` : changed;
  }
  if (action.startsWith('schedule.') && was && !is) return 'unscheduled it';
  return fieldsInWords(before, after) || action.replace(/^\w+\./, '').replaceAll(/[._-]/g, ' ');
}

/** The most events of one kind that a sentence names. */
const MOST_NAMED = 3;

/** Describes which lines of a plan were ticked and locked: `ticked Core 612345, locked 5 events`. */
function marksInWords(after: Remembered): string {
  const parts = ['ticked', 'unticked', 'locked', 'unlocked'].flatMap((mark) => {
    const events = after?.[mark];
    if (!Array.isArray(events)) return [];
    return [`${mark} ${events.length > MOST_NAMED ? `${events.length} events` : events.join(', ')}`];
  });
  return parts.join('; ');
}

/** Fields without meaning for a reader. */
const SILENT = ['id', 'version', 'storeId', 'eventId', 'employeeId', 'createdAt', 'updatedAt'];

/** A changed field with its values before and after; null stands for no value. */
export interface ChangedField {
  field: string;
  from: string | null;
  to: string | null;
}

/**
 * Lists the fields in which two snapshots differ, in words. For a created or deleted object it
 * lists all fields that have a value. A nested field is named as `slots core`.
 * @param show formats a value; by default values stay unchanged
 */
export function changedFields(
  before: Remembered,
  after: Remembered,
  show: (value: string) => string = (value) => value,
): ChangedField[] {
  const [was, is] = [flat(before), flat(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((field) => {
    const [from, to] = [was.get(field), is.get(field)];
    return from === to ? [] : [{ field, from: from ? show(from) : null, to: to ? show(to) : null }];
  });
}

function flat(snapshot: Remembered, prefix = ''): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [key, value] of Object.entries(snapshot ?? {})) {
    if (SILENT.includes(key) || value === null || value === undefined || value === '') continue;
    const name = prefix + key.replace(/_|(?=[A-Z])/g, ' ').toLowerCase();
    if (typeof value === 'object' && !Array.isArray(value)) {
      for (const [inner, text] of flat(value as Record<string, unknown>, `${name} `)) fields.set(inner, text);
    } else fields.set(name, shownValue(value));
  }
  return fields;
}

const shownValue = (value: unknown): string => {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (!Array.isArray(value)) return String(value);
  return value
    .map((each) => (each !== null && typeof each === 'object' ? JSON.stringify(each) : String(each)))
    .join(', ');
};

function fieldsInWords(before: Remembered, after: Remembered): string {
  if (!after) return '';
  // Only fields of the later snapshot: a field that is only in the earlier one may be unchanged.
  const was = before && Object.fromEntries(Object.keys(after).map((key) => [key, before[key]]));
  const changes = changedFields(was, after).map(({ field, from, to }) =>
    before ? `${field} from ${from ?? 'nothing'} to ${to ?? 'nothing'}` : `${field} ${to}`,
  );
  return changes.length > 0 ? `${before ? 'changed' : 'set'} ${changes.join(', ')}` : '';
}
