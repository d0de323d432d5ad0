import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartResult, Standing } from './measure.ts';

const [WIDTH, LABELS, ROW, BAR] = [760, 250, 26, 16];

/**
 * Draws the figures of a part as `<part>.svg` in a folder. Each contestant has a bar for the
 * median, with a line from the lowest round to the highest.
 */
export function drawPart(result: PartResult, folder: string): void {
  const figures = [...new Set(result.standings.flatMap(({ figures }) => Object.keys(figures)))];
  const blocks = figures.map((figure) => bars(figure, result.standings));
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

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
