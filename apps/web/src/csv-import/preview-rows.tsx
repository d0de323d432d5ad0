import { Button } from '@scheduler/ui/button';
import { windowWords } from '../lib/words.ts';
import { ReasonList, TypeMark } from '../ui/badges.tsx';
import { ImportChange, ImportTable, ImportTableRow } from '../ui/import-table.tsx';
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
  /** The number of rows with a change, and the selected ones. */
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
      <ImportTable
        all={{
          label: 'All rows with a change',
          checked: news > 0 && count === news,
          disabled: news === 0,
          onTick: (all) => onChoose({ all, but: new Set() }),
        }}
        number
        kind="Kind"
        what="Event"
      >
        {rows.map((row) => (
          <ImportTableRow
            key={row.row}
            testId={`import-row-${row.row}`}
            tick={
              wouldWrite(row)
                ? {
                    label: `Import row ${row.row}`,
                    checked: isChosen(row.row),
                    onTick: () => toggle(row.row),
                  }
                : null
            }
            number={row.row}
            status={STATUSES[row.status]}
            what={
              <>
                <span className="block">{row.name || '(no name)'}</span>
                <span className="flex flex-wrap gap-x-3 text-xs text-ink-2">
                  {row.type && <TypeMark type={row.type} whole />}
                  {row.window && windowWords(row.window)}
                </span>
              </>
            }
            effect={
              <div className="grid gap-1">
                <Effect row={row} />
                <ReasonList reasons={row.reasons} brief />
              </div>
            }
          />
        ))}
      </ImportTable>
      {rows.length === 0 && <Empty title="There is no row of this kind any more." />}
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
        {row.status === 'same' ? 'Nothing: it is already the same' : 'Adds the event'}
      </span>
    );
  }
  return (
    <ul className="grid gap-0.5">
      {row.changes.map((change) => (
        <li key={change.field}>
          <ImportChange {...change} field={FIELDS[change.field]} />
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
