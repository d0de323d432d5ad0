/**
 * Writes the pictures of packages/bull-board-graphile: a plain bull-board over jobs of two invented
 * tasks, as its README sets it up. Part of `pnpm screenshots`.
 */
import { fileURLToPath } from 'node:url';
import { createBullBoard } from '@bull-board/api';
import { FastifyAdapter } from '@bull-board/fastify';
import { connect } from '@scheduler/db';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { findChromium } from '@scheduler/scripts/chromium';
import { temporaryInfrastructure } from '@scheduler/scripts/infrastructure';
import { type CompletedJob, createGraphileQueues } from 'bull-board-graphile';
import Fastify from 'fastify';
import { Logger, makeWorkerUtils } from 'graphile-worker';
import { chromium } from 'playwright-core';

const FOLDER = fileURLToPath(new URL('../packages/bull-board-graphile/screenshots/', import.meta.url));
const TASK = 'send_email';
const secondsAgo = (seconds: number) => new Date(currentTimeMs() - seconds * 1_000);

/** The app's memory of finished jobs, which graphile-worker deletes. */
const completed: CompletedJob[] = ['ada', 'ben', 'cleo', 'dan', 'eve'].map((name, at) => ({
  id: String(900 + at),
  payload: { to: `${name}@example.com`, template: 'receipt' },
  attempts: 1,
  startedAt: secondsAgo(60 * (at + 1)),
  finishedAt: secondsAgo(60 * (at + 1) - 0.4),
}));

const infrastructure = await temporaryInfrastructure({ empty: true });
const { sql, close } = connect(infrastructure.databaseUrl, { max: 4 });
const app = Fastify();
const browser = await chromium.launch(findChromium());
try {
  const utils = await makeWorkerUtils({
    connectionString: infrastructure.databaseUrl,
    logger: new Logger(() => () => {}),
  });
  const mail = (name: string, template: string, runAt = secondsAgo(20)) =>
    utils.addJob(TASK, { to: `${name}@example.com`, template }, { maxAttempts: 5, runAt });
  for (const name of ['fay', 'gus', 'hana', 'ian']) await mail(name, 'receipt');
  for (const name of ['jo', 'kim']) await mail(name, 'reminder', secondsAgo(-3_600));
  const failed = [await mail('lea', 'receipt'), await mail('max', 'welcome')];
  await utils.permanentlyFailJobs(
    failed.map(({ id }) => id),
    'The mail server refused the recipient’s address (550).',
  );
  await utils.addJob('nightly_report', { day: '2026-01-05' });
  await utils.release();

  const queues = createGraphileQueues({
    query: (text, values) => sql.unsafe(text, values),
    tasks: [{ name: TASK, description: 'Sends one email' }, { name: 'nightly_report' }],
    history: {
      countCompleted: async (task) => (task === TASK ? completed.length : 0),
      listCompleted: async (task, start, end) => (task === TASK ? completed.slice(start, end + 1) : []),
      getCompleted: async (_task, id) => completed.find((job) => job.id === id),
      attemptsOf: async () => [],
    },
  });
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath('/queues');
  createBullBoard({ queues, serverAdapter });
  await app.register(serverAdapter.registerPlugin(), { prefix: '/queues' });
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/queues/queue/${TASK}`;

  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const shoot = async (name: string, tab: string) => {
    await page.getByRole('tabpanel', { name: tab }).first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${FOLDER}${name}.png`, animations: 'disabled' });
    console.log(`packages/bull-board-graphile/screenshots/${name}.png`);
  };
  await page.goto(url);
  await shoot('queue', 'Error');
  await page.goto(`${url}/${failed[0]?.id}?status=failed`);
  await page.getByRole('tab', { name: 'Data' }).click();
  await shoot('job', 'Data');
} finally {
  await browser.close();
  await app.close();
  await close();
  await infrastructure.stop();
}
