/**
 * Makes one plan and measures what it takes; started by plan.ts. As the server's thread, but in a
 * process of its own, whose memory can be told.
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
