import type { EventType } from '@scheduler/scheduling';
import { TYPES } from '../lib/words.ts';

/** How many events there are of each type, each with its color. */
export function TypeCounts({ counts }: { counts: readonly { type: EventType; count: number }[] }) {
  return (
    <span className="flex flex-wrap gap-x-2.5 gap-y-0.5 text-xs">
      {counts.map(({ type, count }) => (
        <span key={type} className="inline-flex items-center gap-1 whitespace-nowrap">
          <span
            aria-hidden
            className="size-2 shrink-0 rounded-[2px] forced-color-adjust-none"
            style={{ background: `var(${TYPES[type].token})` }}
          />
          <span>
            <b className="font-semibold">{count}</b> {TYPES[type].short}
          </span>
        </span>
      ))}
    </span>
  );
}
