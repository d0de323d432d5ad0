/** Points that a line as wide as a tile can show. */
const MOST_POINTS = 48;

/** The means of neighbours, where there are more values than can be seen; null where none is known. */
function thinned(values: readonly (number | null)[]): (number | null)[] {
  const group = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  return Array.from({ length: Math.ceil(values.length / group) }, (_, index) => {
    const known = values.slice(index * group, (index + 1) * group).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

/**
 * A figure's last hours as a line, from 0 unless `floating`. It breaks off where nothing is known.
 * Said by the words beside it: assistive technology hears nothing of it.
 */
export function Sparkline(props: {
  values: readonly (number | null)[];
  colour: string;
  floating?: boolean;
  className?: string;
}) {
  const values = thinned(props.values);
  const known = values.filter((value) => value !== null);
  const top = Math.max(...known, 0);
  const bottom = props.floating ? Math.min(...known) : 0;
  const height = (value: number) => (top === bottom ? 0 : (value - bottom) / (top - bottom));
  const step = 100 / Math.max(1, values.length - 1);
  const path = values
    .map((value, index) => {
      if (value === null) return '';
      const from = values[index - 1] ?? null;
      const x = index * step;
      const y = 17 - 15 * height(value);
      // A lone value is drawn as a dash, because a line of one point isn't seen.
      if (from === null)
        return `M${Math.max(0, x - 0.6).toFixed(1)} ${y.toFixed(1)}L${x.toFixed(1)} ${y.toFixed(1)}`;
      return `L${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 19"
      preserveAspectRatio="none"
      className={`block h-5 w-full overflow-visible ${props.className ?? ''}`}
    >
      <path
        d={path}
        fill="none"
        stroke={props.colour}
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
