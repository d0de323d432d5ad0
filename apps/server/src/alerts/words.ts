import { type AlertName, OVERDUE_SECONDS, type Situation } from '@scheduler/sync';

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

/** What it means for schedules and what to do first. */
const MEANING: Record<AlertName, string> = {
  'oldest-change':
    'The change is saved and safe, but Crossmark does not hold it yet. Look at the admin page: its first sentence says what is stuck.',
  'needs-a-person':
    'They are saved here and are not sent by themselves any more. On the admin page, remove the cause and try again; a conflict is decided on the board.',
  'calls-held-back':
    'Changes are saved and wait. If an admin holds calls back, let them pass when the reason is over. Otherwise workers probe Crossmark and continue by themselves.',
  refresh:
    'Events and bookings that were made in Crossmark may be missing here. Look at Refreshes on the admin page: read again, or decide about the missing events.',
  'no-worker':
    'Changes are saved and wait, and nothing reaches Crossmark. Start a worker; it then does all waiting jobs.',
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
  origin: string,
): AlertMessage {
  const runbook = `docs/runbooks.md#${alert}`;
  const headline = HEADLINES[alert];
  const subject = state === 'firing' ? headline : `Over: ${headline}`;
  const text =
    state === 'firing'
      ? [
          `${headline}, since ${inUtc(since)}. ${extentOf(alert, situation)}`,
          MEANING[alert],
          `What to do, step by step: ${runbook} in the documentation.`,
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
