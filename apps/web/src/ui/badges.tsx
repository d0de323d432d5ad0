import type { EventType, Instant, Reason } from '@scheduler/scheduling';
import type { SyncBadge } from '@scheduler/server/router';
import { SYNC_STATE_LOOKS } from '@scheduler/ui/sync-states';
import { TriangleAlert } from 'lucide-react';
import type { CSSProperties } from 'react';
import { formatFromNow, useNow } from '../lib/time.ts';
import { STATE_WORDS, syncSentence, TYPES, withOfferedAdvice } from '../lib/words.ts';

/** The sync state of a schedule: an icon, a color and always a word. */
export function SyncMark({ sync, filled = false }: { sync: SyncBadge; filled?: boolean }) {
  const { Icon, text, soft } = SYNC_STATE_LOOKS[sync.state];
  return (
    <span
      data-sync-state={sync.state}
      title={sync.reason ?? syncSentence(sync)}
      className={`inline-flex h-4.5 max-w-full min-w-0 items-center gap-1 text-xs font-medium whitespace-nowrap ${text} ${filled || sync.state !== 'synced' ? `rounded px-1.5 ${soft}` : ''}`}
    >
      <Icon aria-hidden className={`size-3 shrink-0 ${sync.state === 'pending' ? 'animate-spin' : ''}`} />
      {STATE_WORDS[sync.state]}
      {sync.state === 'waiting' && sync.nextAttemptAt && <Until instant={sync.nextAttemptAt} />}
    </span>
  );
}

/** States with a visible label, because they last or need a person, and the outline of their schedule. */
export const LOUD_STATES: Record<string, string> = {
  waiting: '',
  failed: 'outline-[1.5px] -outline-offset-[1.5px] outline-failed',
  conflict: 'outline-[1.5px] -outline-offset-[1.5px] outline-conflict',
};

/**
 * Shows nothing for a synced schedule and a rotating icon for a pending one. Screen readers
 * announce both.
 */
function QuietSync({ sync }: { sync: SyncBadge }) {
  const { Icon, text } = SYNC_STATE_LOOKS[sync.state];
  const isSynced = sync.state === 'synced';
  return (
    <span
      data-sync-state={sync.state}
      title={syncSentence(sync)}
      className={isSynced ? 'sr-only' : `inline-flex ${text}`}
    >
      {!isSynced && <Icon aria-hidden className="size-3.5 animate-spin" />}
      <span className="sr-only">{STATE_WORDS[sync.state]}</span>
    </span>
  );
}

/** The sync state of a schedule in little room: with a word only where it is loud. */
export const BriefSync = ({ sync }: { sync: SyncBadge }) =>
  sync.state in LOUD_STATES ? <SyncMark sync={sync} /> : <QuietSync sync={sync} />;

/** A separate component, so that only a badge with a countdown renders every second. */
function Until({ instant }: { instant: Instant }) {
  const now = useNow();
  return (
    <span className="truncate">
      · {Date.parse(instant) - now < 5000 ? 'any moment' : formatFromNow(instant, now)}
    </span>
  );
}

/** An event's type: its color and its name. */
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

/** The colors of a schedule, `--type` for its text and `--tint` for its ground; over ones are paler. */
export function typeColors(type: EventType, isPast: boolean): CSSProperties {
  const { token } = TYPES[type];
  const tint = `var(${token}-soft)`;
  return {
    '--type': `var(${token})`,
    '--tint': isPast ? `color-mix(in srgb, ${tint} 45%, var(--surface))` : tint,
  } as CSSProperties;
}

/** Returns the sentences of the rules that a schedule breaks. */
export const warningsOf = (reasons: readonly Reason[]): string[] =>
  reasons.filter(({ severity }) => severity !== 'hint').map(({ message }) => message);

/** A mark on a schedule that breaks rules, with their sentences on hover and for screen readers. */
export function CautionMark({ reasons }: { reasons: readonly Reason[] }) {
  const warnings = warningsOf(reasons);
  if (warnings.length === 0) return null;
  return (
    <span className="text-waiting" title={warnings.join('\n')} data-testid="caution">
      <TriangleAlert aria-hidden className="size-3.5" />
      <span className="sr-only">Caution: {warnings.join(' ')}</span>
    </span>
  );
}

/** The rules against a schedule, one sentence each. Red ones forbid it, amber ones warn. */
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
