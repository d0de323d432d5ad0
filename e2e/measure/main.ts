/**
 * `pnpm web:measure [--json] [--runs N]`: measures the built board with 50 people, 7 days and 400
 * schedules in Chromium, with the processor slowed down four times, in turns with a bare React page
 * of the same week. It never fails because of a figure; tests check the limits.
 */
import { largeScenario } from '@scheduler/db/seeds';
import { signIn } from '@scheduler/scripts/api';
import { seedDemo } from '@scheduler/scripts/infrastructure';
import { readOptions } from '@scheduler/scripts/options';
import { initialScripts } from '../budget.ts';
import { signedIn, startStack } from '../stack.ts';
import { BOARD_ACTS, SHARED_ACTS } from './acts.ts';
import { serveBarePage } from './bare/serve.ts';
import { figuresOf, printReport, type Round } from './report.ts';
import { measurePage, SLOWED_DOWN, VIEWPORT } from './run.ts';

const { values: options } = readOptions('Usage: pnpm web:measure [--json] [--runs N]', {
  options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '5' } },
});
const runs = Math.max(1, Number.parseInt(options.runs, 10) || 5);
const say = (line: string) => process.stderr.write(`${line}\n`);

say('Starting the system with 50 people and 400 schedules…');
const stack = await startStack();
try {
  const { databaseUrl, simulatorUrl, env } = stack.infrastructure;
  await seedDemo({ databaseUrl, simulatorUrl }, largeScenario);
  const { page } = await signedIn(stack, { viewport: VIEWPORT });
  await page.locator('[data-event-id]').first().waitFor();
  const storageState = await page.context().storageState();
  await page.context().close();
  const api = await signIn(stack.apps.serverUrl, env.WEB_ORIGIN ?? '');
  const barePage = await serveBarePage(await api.board.week.query({}));

  const measureBoard = () =>
    measurePage(stack.browser, stack.apps.webUrl, [...SHARED_ACTS, ...BOARD_ACTS], storageState);
  const measureBare = () => measurePage(stack.browser, barePage.url, SHARED_ACTS);
  const rounds: Round[] = [];
  try {
    for (let number = 1; number <= runs; number++) {
      // Each round begins with the other one, so that neither always has the warmer machine.
      const isBoardFirst = number % 2 === 1;
      const early = isBoardFirst ? await measureBoard() : undefined;
      const bare = await measureBare();
      const board = early ?? (await measureBoard());
      rounds.push({ board, bare });
      const [ours, theirs] = [board, bare].map(({ firstCardMs }) => Math.round(firstCardMs));
      say(`Round ${number} of ${runs}: first card after ${ours} ms, on the bare page after ${theirs} ms`);
    }
  } finally {
    await barePage.stop();
  }
  if (options.json) {
    const conditions = { people: 50, days: 7, schedules: 400, cpuSlowedDown: SLOWED_DOWN, runs, VIEWPORT };
    const scripts = initialScripts('src/board/board-page.tsx');
    console.log(JSON.stringify({ conditions, figures: figuresOf(rounds), scripts, rounds }, null, 2));
  } else {
    console.log(
      `\n50 people × 7 days × 400 schedules, processor slowed down ${SLOWED_DOWN} times, ${runs} rounds\n`,
    );
    printReport(rounds);
  }
} finally {
  await stack.stop();
}
