import { ReferenceArea } from 'recharts';
import { At } from '../ui.tsx';
import type { Row } from './axis.ts';

/** Since when figures are known, where that is later than a chart begins. */
export function KnownSince(props: { known: string | null; from: string | undefined; now: string }) {
  const { known, from, now } = props;
  if (known === null || from === undefined || known <= from) return null;
  return (
    <span className="text-ink-3">
      {' · counted since '}
      <At at={known} now={now} />
    </span>
  );
}

/**
 * The part of a chart in which nothing was counted yet, shaded, so that it isn't taken for nothing
 * having happened. Not a component, because recharts looks at its direct children.
 */
export function unknownArea(rows: readonly Row[], knownSince: string | null | undefined) {
  const [first] = rows;
  const last = rows.findLast(({ at }) => knownSince != null && at <= knownSince);
  if (!first || !last || last === first) return null;
  return (
    <ReferenceArea x1={first.at} x2={last.at} fill="var(--surface-2)" fillOpacity={1} label={UnknownLabel} />
  );
}

/** Pixels that the words take. */
const LABEL_WIDTH = 72;

function UnknownLabel({ viewBox }: { viewBox?: unknown }) {
  const { x, y, width, height } = viewBox as Record<'x' | 'y' | 'width' | 'height', number>;
  if (width < LABEL_WIDTH) return null;
  return (
    <text x={x + width / 2} y={y + height / 2} textAnchor="middle" fill="var(--ink-2)" fontSize={12}>
      not counted
    </text>
  );
}
