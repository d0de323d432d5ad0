import type { ComponentProps, ReactNode } from 'react';

/** A table of rows to import. Each row can be ticked, and the head ticks all of them. */
export function ImportTable({
  all,
  number = false,
  kind,
  what,
  children,
}: {
  all: { label: string; checked: boolean; disabled: boolean; onTick: (isOn: boolean) => void };
  /** Whether rows have a number. */
  number?: boolean;
  /** The heads of the status, and of what a row is about. */
  kind: string;
  what: string;
  children: ReactNode;
}) {
  return (
    <table className="block w-full text-sm md:table">
      <thead className="block bg-surface-2 text-left text-xs text-ink-2 md:table-header-group">
        <tr className="flex items-center md:table-row">
          <th scope="col" className="w-10 px-3 py-2">
            <Tick
              aria-label={all.label}
              checked={all.checked}
              disabled={all.disabled}
              onChange={(change) => all.onTick(change.target.checked)}
            />
          </th>
          {number && (
            <th scope="col" className="w-14 px-2 py-2 font-medium">
              Row
            </th>
          )}
          <th scope="col" className="px-2 py-2 font-medium md:w-28">
            {kind}
          </th>
          {[what, 'Effect'].map((head) => (
            <th key={head} scope="col" className="hidden px-2 py-2 font-medium md:table-cell">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="block divide-y divide-line md:table-row-group">{children}</tbody>
    </table>
  );
}

/**
 * A row of the table. Below md it is a small card: tick box, number and status in a line, then its
 * content and effect.
 */
export function ImportTableRow({
  testId,
  tick,
  number,
  status,
  what,
  effect,
}: {
  testId: string;
  /** Null if there is nothing to import. */
  tick: { label: string; checked: boolean; onTick: (isOn: boolean) => void } | null;
  number?: number;
  status: { word: string; look: string };
  what: ReactNode;
  effect: ReactNode;
}) {
  const columns =
    number === undefined ? 'grid-cols-[auto_minmax(0,1fr)]' : 'grid-cols-[auto_auto_minmax(0,1fr)]';
  return (
    <tr data-testid={testId} className={`grid ${columns} py-1.5 align-top md:table-row md:py-0`}>
      <td className="w-10 px-3 py-2">
        {tick && (
          <Tick
            aria-label={tick.label}
            checked={tick.checked}
            onChange={(change) => tick.onTick(change.target.checked)}
          />
        )}
      </td>
      {number !== undefined && <td className="px-2 py-2 text-ink-2">{number}</td>}
      <td className="px-2 py-2">
        <span className={`rounded px-1.5 py-0.5 text-xs font-medium ${status.look}`}>{status.word}</span>
      </td>
      <td className="col-span-full px-3 py-1 md:px-2 md:py-2">{what}</td>
      <td className="col-span-full px-3 py-1 md:px-2 md:py-2">{effect}</td>
    </tr>
  );
}

const Tick = (props: ComponentProps<'input'>) => (
  <input type="checkbox" className="block size-6 accent-accent md:size-4" {...props} />
);

/** A field's value now and after the import. */
export function ImportChange({ field, from, to }: { field: string; from: ReactNode; to: ReactNode }) {
  return (
    <>
      <span className="text-ink-2">{field}: </span>
      {from && <span className="text-ink-2 line-through">{from}</span>} {to}
    </>
  );
}
