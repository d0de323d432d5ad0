import { countFindings } from '@scheduler/scheduling';
import type { VerifiedDay } from '@scheduler/server/router';

/** From which score on a day is good, and from which on it is fair. */
const GOOD = 90;
const FAIR = 70;

function lookOf(score: number): string {
  if (score >= GOOD) return 'bg-synced-soft text-synced';
  return score >= FAIR ? 'bg-waiting-soft text-waiting' : 'bg-failed-soft text-failed';
}

/** The score of a day. */
export function Score({ score }: { score: number }) {
  return (
    <span
      title="Score: 100 is a day with nothing to correct"
      className={`inline-grid h-5 min-w-8 place-content-center rounded px-1 text-xs font-semibold tabular-nums ${lookOf(score)}`}
    >
      <span className="sr-only">Score </span>
      {score}
    </span>
  );
}

/** `1 critical, 2 warnings`; empty if there is nothing to correct. */
export function countsInWords({ checks }: Pick<VerifiedDay, 'checks'>): string {
  const critical = countFindings(checks, 'critical');
  const warnings = countFindings(checks, 'warning');
  return [
    ...(critical > 0 ? [`${critical} critical`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ].join(', ');
}
