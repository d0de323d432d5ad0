import type { UIConfig } from '@bull-board/api/dist/types.js';

/** The time format of our own pages. */
const TIME = { hour: 'numeric', minute: '2-digit', second: '2-digit', hour12: true } as const;
const DAY = { month: 'short', day: 'numeric' } as const;

/**
 * Colours by bull-board's names: the name in tokens.css, in light and in dark. bull-board chooses
 * between both by itself, and has other things in mind for some of our names.
 */
export const COLOURS: Record<string, readonly [token: string, light: string, dark: string]> = {
  background: ['ground', '#f6f7f9', '#101318'],
  foreground: ['ink', '#171b21', '#eceff3'],
  card: ['surface', '#ffffff', '#181c22'],
  popover: ['surface', '#ffffff', '#181c22'],
  primary: ['accent', '#1f5fd6', '#4c8bf5'],
  'primary-foreground': ['accent-ink', '#ffffff', '#0a1220'],
  secondary: ['surface-2', '#f0f2f5', '#20252d'],
  'secondary-foreground': ['ink', '#171b21', '#eceff3'],
  muted: ['surface-2', '#f0f2f5', '#20252d'],
  'muted-foreground': ['ink-2', '#4a5361', '#b6bec9'],
  accent: ['accent-soft', '#e6eefc', '#1b2b47'],
  'accent-foreground': ['ink', '#171b21', '#eceff3'],
  destructive: ['failed', '#b3231b', '#ff9a92'],
  border: ['line', '#e2e5ea', '#2a3039'],
  input: ['line-strong', '#8a93a1', '#737d8c'],
  ring: ['accent', '#1f5fd6', '#4c8bf5'],
  sidebar: ['surface', '#ffffff', '#181c22'],
  'sidebar-foreground': ['ink', '#171b21', '#eceff3'],
  'sidebar-accent': ['surface-2', '#f0f2f5', '#20252d'],
  'sidebar-border': ['line', '#e2e5ea', '#2a3039'],
  'status-failed': ['mark-dead', '#d0382f', '#ee6a61'],
  'status-completed': ['mark-done', '#2e9e5b', '#43b374'],
  'status-waiting': ['mark-retry', '#c47a0c', '#e09a35'],
  'status-active': ['mark-fast', '#2f6fde', '#6aa1fa'],
  'status-delayed': ['mark-slow', '#8f5fd0', '#b592ee'],
  'status-paused': ['mark-interrupted', '#5d6675', '#98a1ae'],
};

const FONT = 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';
const coloursOf = (theme: 1 | 2) =>
  Object.fromEntries(Object.entries(COLOURS).map(([name, colour]) => [name, colour[theme]]));

/** The settings with which bull-board looks as our own pages do, as far as it allows. */
export const BOARD_LOOK = {
  boardTitle: 'Queues',
  boardLogo: { path: '/icon.svg', width: 20, height: 20 },
  favIcon: { default: '/icon.svg', alternative: '/icon.svg' },
  miscLinks: [{ text: 'Overview and sign-out', url: '/' }],
  hideDocsLink: true,
  // There is no Redis behind these queues.
  hideRedisDetails: true,
  dateFormats: { short: TIME, common: { ...DAY, ...TIME }, full: { ...DAY, year: 'numeric', ...TIME } },
  theme: { light: { ...coloursOf(1), 'font-sans': FONT }, dark: coloursOf(2) },
} satisfies UIConfig;

/** The pages of our own, as header.tsx has them. */
const WAYS_BACK = [
  ['/', 'Overview'],
  ['/#changes', 'Changes'],
  ['/#charts', 'Charts'],
  ['/#refreshes', 'Refreshes'],
];

/**
 * The bar of our own pages above bull-board's, which makes room for it as for its own badge of the
 * environment. Two statuses are of other queues than graphile-worker's: no job ever has them.
 */
const STYLE = `
:root, .dark-mode { --header-offset: calc(var(--header-height) + 2.75rem); }
#root header { padding-top: 2.75rem; }
#root header > a { height: var(--header-height); }
.ways-back { position: fixed; z-index: 100; inset: 0 0 auto 0; height: 2.75rem; display: flex; align-items: center; gap: .125rem;
  padding: 0 .75rem; background: var(--card); border-bottom: 1px solid var(--border); font: 500 13px/1.4 ${FONT}; }
.ways-back a { padding: .25rem .625rem; border-radius: 6px; color: var(--muted-foreground); text-decoration: none; white-space: nowrap; }
.ways-back a:hover { background: var(--muted); }
.ways-back a:focus-visible { outline: 2px solid var(--ring); outline-offset: -2px; }
.ways-back [aria-current] { background: var(--accent); color: var(--primary); }
.ways-back b { display: flex; gap: .5rem; align-items: center; margin-right: .5rem; font-weight: 600; color: var(--foreground); white-space: nowrap; }
:is(a, li:has(> a))[href*="status=waiting-children"], li:has(> a[href*="status=waiting-children"]),
:is(a, li:has(> a))[href*="status=prioritized"], li:has(> a[href*="status=prioritized"]) { display: none; }
@media (max-width: 40rem) {
  .ways-back { padding: 0 .25rem; justify-content: space-between; }
  .ways-back b { display: none; }
  .ways-back a { padding: .5rem .25rem; font-size: 12px; }
}
@media (forced-colors: active) { .ways-back [aria-current] { forced-color-adjust: none; background: Highlight; color: HighlightText; } }
`;

/**
 * bull-board's page with the bar of ours and the font from this server. Its own loads fonts from
 * Google, which our policy forbids, because it would reveal users' addresses.
 */
export function dressBoard(html: string, fontPath: string | undefined): string {
  const font =
    fontPath === undefined
      ? ''
      : `@font-face { font-family: Inter; font-weight: 100 900; font-display: swap; src: url("${fontPath}") format("woff2"); }`;
  const links = WAYS_BACK.map(([href, name]) => `<a href="${href}">${name}</a>`).join('');
  const bar = `<nav class="ways-back" aria-label="Pages"><b><img src="/icon.svg" alt="" width="20" height="20">Crossmark sync</b>${links}<a href="/queues" aria-current="page">Queues</a></nav>`;
  return html
    .replace(/<link href="https:\/\/fonts[^<>]*>/, '')
    .replace('</head>', `<style>${font}${STYLE}</style></head>`)
    .replace('<div id="root">', `${bar}<div id="root">`);
}
