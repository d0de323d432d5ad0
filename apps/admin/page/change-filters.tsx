import type { ChangesQuery } from '../src/changes.ts';
import { KIND_NAMES, TASK_NAMES } from '../src/words.ts';
import { STATES } from './changes-states.ts';

type ChangeFilter = ChangesQuery['filter'];

const KINDS = Object.keys(KIND_NAMES) as NonNullable<ChangeFilter['kind']>[];
const TASKS = Object.keys(TASK_NAMES) as NonNullable<ChangeFilter['task']>[];
const FIELD = 'min-h-9 rounded-md border border-line-strong bg-surface px-2 text-sm text-ink';

/** The filters of the list of changes: state, kind of failure, task and text. */
export function ChangeFilters({
  filter,
  onNarrow,
}: {
  filter: ChangeFilter;
  onNarrow: (change: Partial<ChangeFilter>) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <select
        aria-label="State"
        value={filter.state}
        onChange={(event) => {
          const state = STATES.find(([one]) => one === event.target.value)?.[0];
          if (state) onNarrow({ state });
        }}
        className={FIELD}
      >
        {STATES.map(([state, label]) => (
          <option key={state} value={state}>
            {label}
          </option>
        ))}
      </select>
      <select
        aria-label="Kind of failure"
        value={filter.kind ?? ''}
        onChange={(event) => onNarrow({ kind: KINDS.find((kind) => kind === event.target.value) })}
        className={FIELD}
      >
        <option value="">Any failure</option>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {KIND_NAMES[kind]}
          </option>
        ))}
      </select>
      <select
        aria-label="Task of the job"
        value={filter.task ?? ''}
        onChange={(event) => onNarrow({ task: TASKS.find((task) => task === event.target.value) })}
        className={FIELD}
      >
        <option value="">Any task</option>
        {TASKS.filter((task) => task.startsWith('sync_schedule')).map((task) => (
          <option key={task} value={task}>
            {TASK_NAMES[task]}
          </option>
        ))}
      </select>
      <input
        type="search"
        aria-label="Event, person, store or reason"
        placeholder="Event, person, store, reason"
        value={filter.text ?? ''}
        maxLength={200}
        onChange={(event) => onNarrow({ text: event.target.value })}
        className={`${FIELD} w-56 max-w-full placeholder:text-ink-3`}
      />
    </div>
  );
}
