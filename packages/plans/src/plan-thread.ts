/** The thread in which one plan is made; started by plan-runs.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { cover, type Engine, propose } from '@scheduler/planner';
import { openHighs } from '@scheduler/planner/highs';
import type { PlanJob } from './plan-runs.ts';

/** If HiGHS can't be loaded, the plan is made without it, as if the solver failed. */
const missing = (error: unknown): Engine => ({
  open: () => {
    throw error;
  },
});

const { input, options, covered } = workerData as PlanJob;
const engine = await openHighs().catch(missing);
parentPort?.postMessage(covered ? cover(input, covered, options, engine) : propose(input, options, engine));
