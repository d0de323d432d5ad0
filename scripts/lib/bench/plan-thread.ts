/** A thread that makes one plan, as the server's does; started by plan.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { type PlanInput, propose } from '@scheduler/planner';
import { openHighs } from '@scheduler/planner/highs';

const beganMs = performance.now();
const proposal = propose(workerData as PlanInput, {}, await openHighs());
const ms = performance.now() - beganMs;
const { heapTotal, external } = process.memoryUsage();
parentPort?.postMessage({ proposal, ms, megabytes: (heapTotal + external) / 2 ** 20 });
