import { RANGES, type Range } from './ranges.ts';

export function RangePicker(props: { name: string; range: Range; onRange: (range: Range) => void }) {
  return (
    <fieldset className="flex rounded-md border border-line-strong bg-surface">
      <legend className="sr-only">Time span</legend>
      {RANGES.map(([id, label]) => (
        <label
          key={id}
          className="cursor-pointer px-2.5 py-1 text-xs first-of-type:rounded-l-md last-of-type:rounded-r-md has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent pointer-coarse:px-3 pointer-coarse:py-2"
        >
          <input
            type="radio"
            name={props.name}
            value={id}
            checked={props.range === id}
            onChange={() => props.onRange(id)}
            className="sr-only"
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
