import type { SyncAttempt } from '@scheduler/server/router';
import { formatFromNow, formatWhen } from '../lib/time.ts';
import { withOfferedAdvice } from '../lib/words.ts';

const OUTCOMES: Record<NonNullable<SyncAttempt['outcome']>, { word: string; look: string }> = {
  done: { word: 'Done', look: 'bg-synced' },
  nothing: { word: 'Already so', look: 'bg-synced' },
  retry: { word: 'Failed, retried later', look: 'bg-waiting' },
  dead: { word: 'Failed for good', look: 'bg-failed' },
  waiting: { word: 'Not possible yet', look: 'bg-waiting' },
  conflict: { word: 'Conflict', look: 'bg-conflict' },
  interrupted: { word: 'Interrupted', look: 'bg-waiting' },
};

export function Attempt({
  attempt,
  isCurrent,
  timeZone,
  nowMs,
}: {
  attempt: SyncAttempt;
  /** Whether its outcome is the current state. */
  isCurrent: boolean;
  timeZone: string;
  nowMs: number;
}) {
  const { word, look } = attempt.outcome
    ? OUTCOMES[attempt.outcome]
    : { word: 'Running', look: 'bg-pending' };
  const isDecided = attempt.outcome === 'conflict' && !isCurrent;
  const sentence = attempt.failureReason ?? attempt.summary;
  const reason = sentence && withOfferedAdvice(sentence);
  return (
    <li className="grid grid-cols-[0.5rem_minmax(0,1fr)] gap-x-2 text-sm">
      <span
        aria-hidden
        className={`mt-1.5 size-2 rounded-full forced-color-adjust-none ${isDecided ? 'bg-line-strong' : look}`}
      />
      <div className="min-w-0">
        <p className="flex flex-wrap gap-x-2">
          <span className="font-medium">{isDecided ? 'Conflict, decided since' : word}</span>
          <time
            dateTime={attempt.startedAt}
            title={formatWhen(attempt.startedAt, timeZone)}
            className="text-ink-2"
          >
            {formatWhen(attempt.startedAt, timeZone)}
          </time>
          <span className="text-ink-2">attempt {attempt.number}</span>
        </p>
        {reason && <p className="text-ink-2 first-letter:uppercase">{reason}</p>}
        {attempt.nextAttemptAt && attempt.nextAttemptAt > new Date(nowMs).toISOString() && (
          <p className="text-ink-2">Next attempt {formatFromNow(attempt.nextAttemptAt, nowMs)}</p>
        )}
      </div>
    </li>
  );
}
