import { Button } from '@scheduler/ui/button';
import { windowWords } from '../lib/words.ts';
import { ReasonList, TypeMark } from '../ui/badges.tsx';
import { Empty } from '../ui/states.tsx';
import { type Preview, type PreviewRow, type Selection, STATUSES, wouldWrite } from './import-preview.ts';

export function PreviewRows({
  displayed,
  news,
  count,
  chosen,
  onChoose,
  busy,
  onMore,
}: {
  displayed: Preview;
  /** Rows of the file that say something new, and those that are chosen. */
  news: number;
  count: number;
  chosen: Selection;
  onChoose: (chosen: Selection) => void;
  busy: boolean;
  onMore: () => void;
}) {
  const { rows, more, counts } = displayed;
  const isChosen = (row: number) => chosen.all !== chosen.but.has(row);
  const toggle = (row: number) => {
    const but = new Set(chosen.but);
    if (!but.delete(row)) but.add(row);
    onChoose({ ...chosen, but });
  };
  const total = counts.new + counts.changed + counts.same + counts.error;
  if (total === 0) return <Empty title="The file has a header and no rows." />;
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="block w-full text-sm md:table">
        <thead className="block bg-surface-2 text-left text-xs text-ink-2 md:table-header-group">
          <tr className="flex items-center md:table-row">
            <th scope="col" className="w-10 px-3 py-2">
              <input
                type="checkbox"
                aria-label="All rows that say something new"
                checked={news > 0 && count === news}
                disabled={news === 0}
                onChange={(change) => onChoose({ all: change.target.checked, but: new Set() })}
                className="size-4 accent-accent"
              />
            </th>
            <th scope="col" className="w-14 px-2 py-2 font-medium">
              Row
            </th>
            <th scope="col" className="w-28 px-2 py-2 font-medium">
              Kind
            </th>
            <th scope="col" className="hidden px-2 py-2 font-medium md:table-cell">
              Event
            </th>
            <th scope="col" className="hidden px-2 py-2 font-medium md:table-cell">
              What it does
            </th>
          </tr>
        </thead>
        <tbody className="block divide-y divide-line md:table-row-group">
          {/* Below md a row is a small card: tick box, row and status in a line, then what it is and does. */}
          {rows.map((row) => (
            <tr
              key={row.row}
              data-testid={`import-row-${row.row}`}
              className="grid grid-cols-[auto_auto_minmax(0,1fr)] py-1.5 align-top md:table-row md:py-0"
            >
              <td className="px-3 py-2">
                {wouldWrite(row) && (
                  <input
                    type="checkbox"
                    aria-label={`Import row ${row.row}`}
                    checked={isChosen(row.row)}
                    onChange={() => toggle(row.row)}
                    className="size-4 accent-accent"
                  />
                )}
              </td>
              <td className="px-2 py-2 text-ink-2">{row.row}</td>
              <td className="px-2 py-2">
                <span className={`rounded px-1.5 py-0.5 text-xs font-medium ${STATUSES[row.status].look}`}>
                  {STATUSES[row.status].word}
                </span>
              </td>
              <td className="col-span-3 px-3 py-1 md:px-2 md:py-2">
                <span className="block">{row.name || '(no name)'}</span>
                <span className="flex flex-wrap gap-x-3 text-xs text-ink-2">
                  {row.type && <TypeMark type={row.type} whole />}
                  {row.window && windowWords(row.window)}
                </span>
              </td>
              <td className="col-span-3 px-3 py-1 md:px-2 md:py-2">
                <div className="grid gap-1">
                  <Effect row={row} />
                  <ReasonList reasons={row.reasons} brief />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <Empty title="No row is of that kind any more." />}
      {more > 0 && (
        <div className="flex flex-wrap items-center gap-3 border-t border-line p-3 text-sm text-ink-2">
          {rows.length} of {rows.length + more} rows are shown.
          <Button busy={busy} busyLabel="Reading…" onClick={onMore}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}

function Effect({ row }: { row: PreviewRow }) {
  if (row.status === 'error') {
    return (
      <ul className="grid gap-0.5 text-failed">
        {row.problems.map((problem) => (
          <li key={`${problem.column} ${problem.reason}`}>
            {problem.column && <b className="font-medium">{problem.column}: </b>}
            {problem.reason}
          </li>
        ))}
      </ul>
    );
  }
  if (row.changes.length === 0) {
    return (
      <span className="text-ink-2">
        {row.status === 'same' ? 'Nothing: it is so already' : 'Adds the event'}
      </span>
    );
  }
  return (
    <ul className="grid gap-0.5">
      {row.changes.map((change) => (
        <li key={change.field}>
          <span className="text-ink-2">{FIELDS[change.field]}: </span>
          {change.from && <span className="text-ink-2 line-through">{change.from}</span>} {change.to}
        </li>
      ))}
    </ul>
  );
}

const FIELDS: Record<PreviewRow['changes'][number]['field'], string> = {
  name: 'Name',
  reference: 'Reference number',
  duration: 'Duration',
  schedule: 'Schedule',
};
