import type { EventType, Instant, Reason } from '@scheduler/scheduling';
import type { SyncBadge } from '@scheduler/server/router';
import { SYNC_STATE_LOOKS } from '@scheduler/ui/sync-states';
import { TriangleAlert } from 'lucide-react';
import { formatFromNow, useNow } from '../lib/time.ts';
import { STATE_WORDS, syncSentence, TYPES, withOfferedAdvice } from '../lib/words.ts';

/** How far a schedule has got towards Crossmark: picture, colour and always a word. */
export function SyncMark({ sync, filled = false }: { sync: SyncBadge; filled?: boolean }) {
  const { Icon, text, soft } = SYNC_STATE_LOOKS[sync.state];
  return (
    <span
      data-testid="sync-badge"
      data-state={sync.state}
      title={sync.reason ?? syncSentence(sync)}
      className={`inline-flex h-4.5 max-w-full min-w-0 items-center gap-1 text-xs font-medium whitespace-nowrap ${text} ${filled || sync.state !== 'synced' ? `rounded px-1.5 ${soft}` : ''}`}
    >
      <Icon aria-hidden className={`size-3 shrink-0 ${sync.state === 'pending' ? 'animate-spin' : ''}`} />
      {STATE_WORDS[sync.state]}
      {sync.state === 'waiting' && sync.nextAttemptAt && <Until instant={sync.nextAttemptAt} />}
    </span>
  );
}

/** Only a badge that counts down renders every second. */
function Until({ instant }: { instant: Instant }) {
  const now = useNow();
  return (
    <span className="truncate">
      · {Date.parse(instant) - now < 5000 ? 'any moment' : formatFromNow(instant, now)}
    </span>
  );
}

/** An event's type: its colour and its word. */
export function TypeMark({ type, whole = false }: { type: EventType; whole?: boolean }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1 text-xs text-ink-2">
      <span
        aria-hidden
        className="size-2 shrink-0 rounded-[2px] forced-color-adjust-none"
        style={{ background: `var(${TYPES[type].token})` }}
      />
      <span className="truncate">{whole ? type : TYPES[type].short}</span>
    </span>
  );
}

const SEVERITY_COLOURS: Record<Reason['severity'], string> = {
  hard: 'text-failed',
  soft: 'text-waiting',
  hint: 'text-ink-2',
};

/** Rules that speak against a plan, each in its sentence; red ones forbid, amber ones warn. */
export function ReasonList({ reasons, brief = false }: { reasons: readonly Reason[]; brief?: boolean }) {
  if (reasons.length === 0) return null;
  return (
    <ul className="grid gap-1">
      {reasons.map((reason) => (
        <li key={reason.message} className={`flex gap-1.5 text-xs ${SEVERITY_COLOURS[reason.severity]}`}>
          <TriangleAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
          <span>{brief ? withOfferedAdvice(reason.message) : reason.message}</span>
        </li>
      ))}
    </ul>
  );
}
