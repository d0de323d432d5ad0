import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import type { Act } from './acts.ts';
import { noteAct, notesOf, type Shift, watch } from './notes.ts';
import { type Frames, scrollWeek } from './scroll.ts';

export const SLOWED_DOWN = 4;
export const VIEWPORT = { width: 1440, height: 900 };
/** The shortest interaction that Chromium reports. An interaction without an entry took less. */
const SHORTEST_ENTRY_MS = 16;

/** What was measured of one page in a new browser profile. */
export interface Run {
  /**
   * The time from the start of the navigation until the first card is painted, with an empty cache.
   */
  firstCardMs: number;
  transferredBytes: number;
  interactions: { name: string; ms: number }[];
  frames: Frames;
  /** All layout shifts, also of those after an input. */
  shifts: Shift[];
}

/** Opens a page with an empty cache and a slow processor, carries out the acts, and scrolls. */
export async function measurePage(
  browser: Browser,
  url: string,
  acts: readonly Act[],
  storageState?: BrowserContextOptions['storageState'],
): Promise<Run> {
  const context = await browser.newContext({
    viewport: VIEWPORT,
    timezoneId: 'America/Indiana/Indianapolis',
    ...(storageState && { storageState }),
  });
  try {
    // A machine may be busy with other work.
    context.setDefaultTimeout(120_000);
    await context.addInitScript(watch);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED_DOWN });
    await page.goto(url, { waitUntil: 'commit' });
    const firstCardMs = await firstCardOf(devtools);
    const transferredBytes = await scriptBytes(page, firstCardMs);
    await settled(page);
    const interactions: Run['interactions'] = [];
    for (const { name, act } of acts) {
      await noteAct(page, name);
      await act(page);
      await settled(page);
      const { longestMs } = await notesOf(page);
      interactions.push({ name, ms: longestMs || SHORTEST_ENTRY_MS });
    }
    await noteAct(page, 'scroll');
    const frames = await scrollWeek(page, devtools);
    await settled(page);
    const { shifts } = await notesOf(page);
    return { firstCardMs, transferredBytes, interactions, frames, shifts };
  } finally {
    await context.close();
  }
}

/**
 * Waits for the first card, and returns when it was painted. It asks the browser directly, because
 * before the first function of its own runs in a page, Playwright has it compile 300 kB.
 */
async function firstCardOf(devtools: CDPSession): Promise<number> {
  const { result } = await devtools.send('Runtime.evaluate', {
    expression: 'notes.firstCard',
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value as number;
}

/** The compressed bytes of the scripts that were requested until a time. */
const scriptBytes = (page: Page, untilMs: number): Promise<number> =>
  page.evaluate(
    (until) =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ name, startTime }) => /\.js$/.test(name) && startTime <= until)
        .reduce((sum, { transferSize }) => sum + transferSize, 0),
    untilMs,
  );

/**
 * Waits until the page has shown all its data and is idle, so that the next measurement is not
 * disturbed.
 */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], [aria-label^="Loading "]'));
  await page.evaluate(
    () =>
      new Promise<void>((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(() => resolve()))),
      ),
  );
}
