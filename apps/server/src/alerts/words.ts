import { type AlertName, FIRST_STEPS, OVERDUE_SECONDS, type Situation } from '@scheduler/sync';

/** A message about one alert: that its condition holds, or that it is over. */
export interface AlertMessage {
  alert: AlertName;
  state: 'firing' | 'over';
  /** When the condition began, as far as is known. */
  since: string;
  /** The moment of the figures. */
  at: string;
  subject: string;
  text: string;
  /** Where the documentation says what to do. */
  runbook: string;
}

const plural = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** What holds, in one sentence without its full stop. */
const HEADLINES: Record<AlertName, string> = {
  'oldest-change': `A change has not reached Crossmark for over ${OVERDUE_SECONDS / 60} minutes`,
  'needs-a-person': 'Changes wait for a person’s decision',
  'calls-held-back': 'Calls to Crossmark are held back',
  refresh: 'The refresh from Crossmark failed, is late or waits for a decision',
  'no-worker': 'No worker is running',
};

/** What it means for schedules. */
const MEANING: Record<AlertName, string> = {
  'oldest-change': 'The change is saved and safe, but Crossmark does not hold it yet.',
  'needs-a-person': 'They are saved here and are not sent by themselves any more.',
  'calls-held-back':
    'Changes are saved and wait. If no admin holds calls back, workers probe Crossmark and continue by themselves.',
  refresh: 'Events and bookings that were made in Crossmark may be missing here.',
  'no-worker':
    'Changes are saved and wait, and nothing reaches Crossmark. A worker that is started does all waiting jobs.',
};

/** How many changes it is about, where that is known. */
function extentOf(alert: AlertName, { states, failedJobs }: Situation): string {
  const count = (wanted: string) => states.find(({ state }) => state === wanted)?.count ?? 0;
  if (alert === 'needs-a-person') {
    const parts = [
      [count('failed'), 'change that is not retried', 'changes that are not retried'],
      [count('conflict'), 'conflict', 'conflicts'],
      [failedJobs.total, 'other job that failed for good', 'other jobs that failed for good'],
    ] as const;
    const named = parts.flatMap(([n, one, many]) => (n > 0 ? [plural(n, one, many)] : []));
    return `${named.join(', ')}.`;
  }
  if (alert === 'oldest-change') {
    const moving = count('pending') + count('waiting');
    return moving === 0
      ? 'No change is on its way.'
      : `${plural(moving, 'change is on its way', 'changes are on their way')}.`;
  }
  const waiting = states.reduce((sum, row) => sum + row.count, 0);
  return waiting === 0
    ? 'Every change is in Crossmark.'
    : `${plural(waiting, 'change is', 'changes are')} not in Crossmark.`;
}

const inUtc = (instant: string) => `${instant.slice(0, 16).replace('T', ' ')} UTC`;

/** Puts an alert into words. Names no person, event or address but the scheduler's own. */
export function alertMessage(
  alert: AlertName,
  state: AlertMessage['state'],
  since: string,
  situation: Situation,
  { origin, adminOrigin }: { origin: string; adminOrigin?: string | undefined },
): AlertMessage {
  const { page, words } = FIRST_STEPS[alert];
  const place = adminOrigin ? `${adminOrigin}/${page}` : `${page} of the admin page`;
  const runbook = `docs/runbooks.md#${alert}`;
  const headline = HEADLINES[alert];
  const subject = state === 'firing' ? headline : `Over: ${headline}`;
  const text =
    state === 'firing'
      ? [
          `${headline}, since ${inUtc(since)}. ${extentOf(alert, situation)}`,
          MEANING[alert],
          `What to do first: ${words} ${place}`,
          `Step by step: the section “${alert}” of docs/runbooks.md, in the scheduler’s documentation.`,
        ]
      : [`This is over: ${headline}. ${extentOf(alert, situation)}`];
  return {
    alert,
    state,
    since,
    at: situation.at,
    subject: `[Scheduler] ${subject}`,
    text: [...text, `From the scheduler at ${origin}, ${inUtc(situation.at)}.`].join('\n\n'),
    runbook,
  };
}
