import { TriangleAlert } from 'lucide-react';
import { type Kind, type Preview, STATUSES } from './import-preview.ts';

/**
 * The numbers of rows of each kind and of rows that would break a rule. A click shows only those
 * rows.
 */
export function PreviewCounts({
  displayed: { counts, breaking, kind: only },
  onChoose,
}: {
  displayed: Preview;
  onChoose: (kind: Kind | undefined) => void;
}) {
  const kinds = [
    ...(['new', 'changed', 'same', 'error'] as const).map((kind) => ({
      kind,
      count: counts[kind],
      words: kind === 'error' && counts.error !== 1 ? 'errors' : kind,
      look: STATUSES[kind].look,
    })),
    {
      kind: 'breaking' as const,
      count: breaking,
      words: breaking === 1 ? 'breaks a rule' : 'break a rule',
      look: 'bg-waiting-soft text-waiting',
    },
  ];
  return (
    <div role="status" className="flex flex-wrap gap-1.5 text-sm" data-testid="import-counts">
      {kinds.map(({ kind, count, words, look }) => (
        <button
          key={kind}
          type="button"
          aria-pressed={only === kind}
          disabled={count === 0 && only !== kind}
          title={only === kind ? 'Show all rows' : 'Show only these rows'}
          onClick={() => onChoose(only === kind ? undefined : kind)}
          className={`flex min-h-7 items-center gap-1 rounded px-2 pointer-coarse:min-h-10 ${count === 0 ? 'bg-surface-2 text-ink-2' : look} ${only === kind ? 'outline-2 outline-current' : ''}`}
        >
          {kind === 'breaking' && count > 0 && <TriangleAlert aria-hidden className="size-3.5" />}
          {count} {words}
        </button>
      ))}
    </div>
  );
}
