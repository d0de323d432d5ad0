import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Curve, PartResult, Standing } from './measure.ts';

const [WIDTH, LABELS, ROW, BAR] = [760, 250, 26, 16];

/**
 * Draws the figures of a part as `<part>.svg` in a folder. Each contestant has a bar for the
 * median, with a line from the lowest round to the highest. A part with curves has those.
 */
export function drawPart(result: PartResult, folder: string): void {
  const figures = [...new Set(result.standings.flatMap(({ figures }) => Object.keys(figures)))];
  const blocks = result.curves?.map(lines) ?? figures.map((figure) => bars(figure, result.standings));
  let y = 30;
  const placed = blocks.map(({ height, body }) => {
    const at = `<g transform="translate(0 ${y})">${body}</g>`;
    y += height;
    return at;
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${result.part}.svg`),
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="12">
<title>${escaped(`${result.part}: ${result.what}`)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="20" font-size="14" font-weight="600" fill="#111">${escaped(result.part)}</text>
${placed.join('\n')}
</svg>
`,
  );
}

const WORDS: Record<string, string> = {
  perSecond: 'a second',
  p50: 'p50, ms',
  p95: 'p95, ms',
  ms: 'milliseconds',
  ownMs: 'processor time of its processes for one, ms',
  postgresMs: 'processor time of Postgres for one, ms',
  placed: 'events placed',
  spread: 'spread of minutes',
  cpuMs: 'processor time, ms',
  megabytes: 'MB of its process',
  unproven: 'passes not proven',
  aboveP50: 'p50 above the remote’s own time, ms',
  aboveP95: 'p95 above the remote’s own time, ms',
};

function bars(figure: string, standings: readonly Standing[]): { height: number; body: string } {
  const present = standings.flatMap(({ contestant, figures }) => {
    const spread = figures[figure];
    return spread ? [{ contestant, ...spread }] : [];
  });
  const most = Math.max(...present.map(({ high }) => high));
  const scale = (value: number) => LABELS + (value / most) * (WIDTH - LABELS - 80);
  const rows = present.map(({ contestant, median, low, high }, n) => {
    const [y, middle] = [24 + n * ROW, 24 + n * ROW + BAR / 2];
    const fill = n === 0 ? '#2563eb' : '#94a3b8';
    return `<text x="${LABELS - 8}" y="${y + 12}" text-anchor="end" fill="#111">${escaped(contestant)}</text>
<rect x="${LABELS}" y="${y}" width="${(scale(median) - LABELS).toFixed(1)}" height="${BAR}" fill="${fill}"/>
<line x1="${scale(low).toFixed(1)}" x2="${scale(high).toFixed(1)}" y1="${middle}" y2="${middle}" stroke="#111"/>
<text x="${(scale(high) + 6).toFixed(1)}" y="${y + 12}" fill="#111">${median}</text>`;
  });
  const title = `<text x="12" y="16" fill="#475569">${escaped(WORDS[figure] ?? figure)}</text>`;
  return { height: 34 + rows.length * ROW, body: [title, ...rows].join('\n') };
}

const [TOP, PLOT, LEFT] = [26, 110, 60];
const COLORS = ['#2563eb', '#ea580c', '#64748b'];

/** Draws a curve. The horizontal axis is logarithmic, the vertical one begins at 0. */
function lines({ title, of, lines: all }: Curve): { height: number; body: string } {
  const points = all.flatMap((line) => line.points);
  const most = Math.max(...points.map(({ value }) => value)) || 1;
  const [first, last] = [Math.min, Math.max].map((of) => Math.log10(of(...points.map(({ at }) => at)))) as [
    number,
    number,
  ];
  const x = (at: number) => LEFT + ((Math.log10(at) - first) / (last - first || 1)) * (WIDTH - LEFT - 190);
  const y = (value: number) => TOP + PLOT - (value / most) * PLOT;
  const short = (value: number) => Number(value.toPrecision(3)).toLocaleString('en');
  const axis = [
    `<line x1="${LEFT}" x2="${WIDTH - 190}" y1="${y(0)}" y2="${y(0)}" stroke="#94a3b8"/>`,
    `<text x="${LEFT - 6}" y="${y(most) + 4}" text-anchor="end" fill="#475569">${short(most)}</text>`,
    `<text x="${LEFT - 6}" y="${y(0) + 4}" text-anchor="end" fill="#475569">0</text>`,
    ...[...new Set(points.map(({ at }) => at))].map(
      (at) =>
        `<text x="${x(at).toFixed(1)}" y="${y(0) + 16}" text-anchor="middle" fill="#475569">${short(at)}</text>`,
    ),
    `<text x="${WIDTH - 180}" y="${y(0) + 16}" fill="#475569">${escaped(of)}</text>`,
  ];
  const drawn = all.map(({ name, points }, n) => {
    const color = COLORS[n % COLORS.length];
    const path = points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    const dots = points.map(
      ({ at, value }) =>
        `<circle cx="${x(at).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3" fill="${color}"><title>${escaped(`${name}, ${short(at)}: ${short(value)}`)}</title></circle>`,
    );
    const label = `<text x="${WIDTH - 180}" y="${TOP + 12 + n * 18}" fill="${color}">${escaped(name)}: ${short(points.at(-1)?.value ?? 0)}</text>`;
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}${label}`;
  });
  const heading = `<text x="12" y="16" fill="#111">${escaped(title)}</text>`;
  return { height: TOP + PLOT + 34, body: [heading, ...axis, ...drawn].join('\n') };
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
