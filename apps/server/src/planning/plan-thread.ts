/** The thread in which one plan is made; started by runs.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Engine, propose } from '@scheduler/planner';
import { openHighs } from '@scheduler/planner/highs';
import type { PlanJob } from './runs.ts';

/** Where HiGHS can't be loaded, the plan is made without it, as where it fails. */
const missing = (error: unknown): Engine => ({
  open: () => {
    throw error;
  },
});

const { input, options } = workerData as PlanJob;
const engine = await openHighs().catch(missing);
parentPort?.postMessage(propose(input, options, engine));
