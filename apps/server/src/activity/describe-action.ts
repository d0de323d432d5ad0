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
  'rotation.turn': 'changed whose turn it is',
  'rotation.exception': 'changed whose turn it is on a day',
  'refresh.request': 'asked for a refresh',
  'refresh.mark_gone': 'marked events as gone that Crossmark’s list lacks',
  'event.import': 'imported it',
  'employee.create': 'added this person',
  'store.create': 'added the store',
  'holiday.add': 'added the holiday',
  'holiday.remove': 'removed the holiday',
  'user.set_up': 'set the scheduler up',
  'user.add': 'added this user',
  'user.invite': 'invited this user',
  'user.withdraw_invitation': 'took the invitation back',
  'user.join': 'came in by an invitation',
  'user.role': 'gave this user another role',
  'user.disable': 'disabled this user',
  'user.enable': 'let this user in again',
  'user.reset_link': 'made a link for a new password',
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
    case 'sync.retry-many':
      return `had ${after?.events} events tried again`;
    case 'sync.keep_theirs':
      return `took Crossmark’s side${was && is ? `: ${whatChanged(was, is, timeZone)}` : ''}`;
    case 'event.type':
      return after?.toldBy === 'a person'
        ? `made it ${after.type}${before?.type === after.type ? ', whatever its name tells' : ` in place of ${before?.type}`}`
        : `left its type to its name: ${after?.type}`;
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
