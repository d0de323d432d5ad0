import type { ProposalView } from '@scheduler/server/router';
import { ArrowRight } from 'lucide-react';
import { formatHours } from '../lib/time.ts';

interface PersonShare {
  id: number;
  was: number;
  now: number;
}

/** So many stand in sight; all others open on demand. On a phone all do, so that the lines come into sight. */
const IN_SIGHT = 3;

/** People's hours before the plan and with its ticked lines, those with the largest change first. */
export function Shares({ proposal, nameOf }: { proposal: ProposalView; nameOf: (id: number) => string }) {
  const rows = sharesOf(proposal);
  const changed = rows.filter(({ now, was }) => now !== was);
  if (changed.length === 0) return null;
  const most = Math.max(...rows.map(({ now, was }) => Math.max(now, was)), 40 * 60);
  const inSight = changed.slice(0, IN_SIGHT);
  const rest = rows.filter((row) => !inSight.includes(row));
  const list = (shares: readonly PersonShare[]) => (
    <ul className="grid gap-1 pt-1 text-xs text-ink-2">
      {shares.map((share) => (
        <ShareRow key={share.id} share={share} name={nameOf(share.id)} most={most} />
      ))}
    </ul>
  );
  return (
    <section aria-label="Hours before and with this plan">
      <div className="max-sm:hidden">{list(inSight)}</div>
      <details className={`text-xs ${rest.length > 0 ? '' : 'sm:hidden'}`}>
        <summary className="cursor-pointer py-1 text-accent-text pointer-coarse:py-3">
          Hours of all {rows.length} people
        </summary>
        <div className="sm:hidden">{list(inSight)}</div>
        {list(rest)}
      </details>
    </section>
  );
}

function ShareRow({ share: { was, now }, name, most }: { share: PersonShare; name: string; most: number }) {
  const left = Math.min(was, now);
  return (
    <li className="grid grid-cols-[minmax(0,6.5rem)_minmax(0,1fr)_7rem] items-center gap-2">
      <span className="truncate" title={name}>
        {name}
      </span>
      <span
        aria-hidden
        className="relative h-1.5 overflow-hidden rounded bg-surface-3 forced-colors:border forced-colors:bg-[Canvas]"
      >
        <span
          className="absolute inset-y-0 left-0 bg-ink-3 forced-color-adjust-none"
          style={{ width: `${(left / most) * 100}%` }}
        />
        <span
          className={`absolute inset-y-0 forced-color-adjust-none ${now > was ? 'bg-accent' : 'bg-line-strong'}`}
          style={{ left: `${(left / most) * 100}%`, width: `${(Math.abs(now - was) / most) * 100}%` }}
        />
      </span>
      <span className="text-right whitespace-nowrap">
        {hours(was)}
        {was !== now && (
          <>
            <ArrowRight aria-hidden className="mx-1 inline size-3" />
            <span className="sr-only"> to </span>
            <span className="font-medium text-ink">{hours(now)}</span>
          </>
        )}
      </span>
    </li>
  );
}

/** In quarters, because there is little room. */
const hours = (minutes: number): string => formatHours(Math.round(minutes / 15) * 15);

/** What was planned before, and what of the plan is ticked or scheduled by now. */
function sharesOf({ fairness, lines }: ProposalView): PersonShare[] {
  const added = new Map<number, number>();
  const add = (id: number, minutes: number) => added.set(id, (added.get(id) ?? 0) + minutes);
  for (const { employeeId, startsAt, endsAt, from, ticked, state } of lines) {
    if (!ticked && state !== 'saved') continue;
    const minutes = (Date.parse(endsAt) - Date.parse(startsAt)) / 60_000;
    add(employeeId, minutes);
    if (from) add(from.employeeId, -minutes);
  }
  return fairness.before
    .map(({ employeeId: id, minutes: was }) => ({ id, was, now: was + (added.get(id) ?? 0) }))
    .sort((a, b) => Math.abs(b.now - b.was) - Math.abs(a.now - a.was) || b.now - a.now || a.id - b.id);
}
