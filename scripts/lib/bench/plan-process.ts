/**
 * Makes one plan and measures its time and memory; started by plan.ts. It runs in a separate
 * process instead of a thread, so that its memory can be measured.
 */
import { type PlanInput, propose } from '@scheduler/planner';
import { openHighs } from '@scheduler/planner/highs';

process.once('message', async (input: PlanInput) => {
  const [beganMs, before] = [performance.now(), process.cpuUsage()];
  const proposal = propose(input, {}, await openHighs());
  const { user, system } = process.cpuUsage(before);
  const took = { ms: performance.now() - beganMs, cpuMs: (user + system) / 1_000 };
  process.send?.({ proposal, ...took, megabytes: process.resourceUsage().maxRSS / 1_024 });
});
