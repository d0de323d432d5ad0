import type { CDPSession, Page } from 'playwright-core';

/** The frames of a scroll. */
export interface Frames {
  /** The number of frames that the display wanted. */
  wanted: number;
  /** The number of those that showed nothing new in time. */
  dropped: number;
  /** The number of those that were in time, but lacked a part of what came into sight. */
  incomplete: number;
}

/** How far and how fast the week is scrolled: about 20 rows, there and back. */
const DISTANCE_PX = 1200;
const PX_A_SECOND = 1200;

interface TraceEvent {
  name: string;
  args?: { frame_reporter?: { state: string; has_missing_content: boolean } };
}

/** Scrolls the week down and up again, and counts the frames from a trace of the browser. */
export async function scrollWeek(page: Page, devtools: CDPSession): Promise<Frames> {
  const box = await page.getByRole('region', { name: 'Week board' }).boundingBox();
  if (!box) throw new Error('There is no week to scroll.');
  const browser = page.context().browser();
  if (!browser) throw new Error('The page has no browser.');
  await browser.startTracing(page, { categories: ['cc', 'benchmark', 'viz'] });
  for (const yDistance of [-DISTANCE_PX, DISTANCE_PX]) {
    await devtools.send('Input.synthesizeScrollGesture', {
      x: box.x + box.width / 2,
      y: box.y + 400,
      yDistance,
      speed: PX_A_SECOND,
      gestureSourceType: 'mouse',
    });
  }
  const trace = await browser.stopTracing();
  const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse(trace.toString('utf8'));
  const frames = traceEvents
    .filter(({ name }) => name === 'PipelineReporter')
    .flatMap(({ args }) => args?.frame_reporter ?? [])
    .filter(({ state }) => state !== 'STATE_NO_UPDATE_DESIRED');
  return {
    wanted: frames.length,
    dropped: frames.filter(({ state }) => state === 'STATE_DROPPED').length,
    incomplete: frames.filter(
      ({ state, has_missing_content }) => state !== 'STATE_DROPPED' && has_missing_content,
    ).length,
  };
}
