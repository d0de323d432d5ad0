import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import type { Approved, ProposalView } from '@scheduler/server/router';
import type { Api } from '../api.ts';
import { pause } from './random.ts';
import type { Scene } from './scene.ts';

/** The number of events that one plan schedules. It leaves open events for other edits. */
const MOST_LINES = 6;
const READY_WITHIN_MS = 30_000;

/** A dispatcher and their open plan. */
interface Review {
  who: Api;
  proposalId: number;
}

/**
 * Plans a week as a dispatcher, ticks and approves some lines, may undo that, and approves more.
 * Sometimes two dispatchers do so at the same time, with separate plans for the same days or with
 * the same plan.
 */
export async function planWeek(scene: Scene): Promise<void> {
  const { api, colleague, random, play } = scene;
  const days = pickDays(scene);
  const proposalId = days && (await startPlan(scene, api, days));
  if (!proposalId || !(await readPlan(scene, api, proposalId))) return;
  const kind = random.weighted({ alone: 2, ownPlans: 2, samePlan: 2 });
  const reviews: Review[] = [{ who: api, proposalId }];
  if (kind === 'samePlan') reviews.push({ who: colleague, proposalId });
  if (kind === 'ownPlans') {
    const second = await startPlan(scene, colleague, days);
    if (second) reviews.push({ who: colleague, proposalId: second });
  }
  for (let n = random.int(1, 4); n > 0; n--) {
    await play.read().catch(() => {});
    await approveSome(scene, reviews);
    await pause(random.int(60, 400));
  }
}

/** Ticks the same events in every dispatcher's open plan and approves them at the same time. */
async function approveSome(scene: Scene, reviews: readonly Review[]): Promise<void> {
  const { play, log, random } = scene;
  const plans = await Promise.all(reviews.map(({ who, proposalId }) => readPlan(scene, who, proposalId)));
  const open = plans.filter((plan) => plan !== null);
  if (open.length < reviews.length) return;
  const eventIds = pickEvents(scene, open);
  await play.hold(eventIds, async () => {
    const versions = new Map<number, number | undefined>();
    for (const [n, plan] of open.entries()) {
      const who = reviews[n]?.who;
      if (who && !versions.has(plan.proposalId))
        versions.set(plan.proposalId, await tick(scene, who, plan, eventIds));
    }
    const approvals = await Promise.all(
      reviews.map(({ who, proposalId }) =>
        approve(scene, who, { proposalId, version: versions.get(proposalId) }, eventIds),
      ),
    );
    const answered = approvals.filter((approved) => approved !== null);
    log.approvals.push(answered.flatMap(({ saved }) => saved));
    for (const eventId of eventIds) play.add(eventId);
    if (random.chance(0.3)) for (const approved of answered) await undo(scene, approved);
  });
}

/** A week from one of the next days on. */
function pickDays({ play, random }: Scene): { fromDay: string; toDay: string } | null {
  const store = play.rows[0]?.store;
  if (!store) return null;
  const fromDay = addDays(workDateOf(currentInstant(), store.timeZone), random.int(1, 8));
  return { fromDay, toDay: addDays(fromDay, 6) };
}

/** Starts a plan. Returns null if that is refused or not answered. */
async function startPlan(
  { log, random }: Scene,
  who: Api,
  days: { fromDay: string; toDay: string },
): Promise<number | null> {
  const start = () =>
    log.step('starting a plan', (options) =>
      who.plan.start.mutate({ ...days, options: { moveExisting: random.chance(0.3) } }, options),
    );
  const started = (await start()) ?? ((await cancelCurrent(log, who)) ? await start() : null);
  return started?.proposalId ?? null;
}

/** Waits until a plan can be reviewed. Returns null if it fails. */
async function readPlan({ log }: Scene, who: Api, proposalId: number): Promise<ProposalView | null> {
  const overAtMs = currentTimeMs() + READY_WITHIN_MS;
  while (currentTimeMs() < overAtMs) {
    // While Postgres is away there is no answer.
    const proposal = await who.plan.get.query({ proposalId }).catch(() => null);
    if (proposal?.state === 'ready') return proposal;
    if (proposal && proposal.state !== 'running') {
      log.note(`plan ${proposalId} is ${proposal.state}: ${proposal.note}`);
      return null;
    }
    await pause(300);
  }
  log.note(`plan ${proposalId} is not ready`);
  return null;
}

/**
 * If Postgres could not save the end of a run, the plan still counts as being made, and its
 * dispatcher cancels it.
 */
async function cancelCurrent(log: Scene['log'], who: Api): Promise<boolean> {
  const current = await log.step('reading the current plan', (options) =>
    who.plan.current.query({}, options),
  );
  if (current?.state !== 'running') return false;
  const { proposalId } = current;
  return (
    (await log.step('canceling a plan', (options) => who.plan.cancel.mutate({ proposalId }, options))) !==
    null
  );
}

/** Chooses events that wait in each of the plans and that no other editor is changing. */
function pickEvents({ play, random }: Scene, plans: readonly ProposalView[]): number[] {
  const waiting = plans.map(
    ({ lines }) => new Set(lines.filter(({ state }) => state === 'proposed').map(({ eventId }) => eventId)),
  );
  const left = [...(waiting[0] ?? [])].filter(
    (eventId) => play.isFree(eventId) && waiting.every((events) => events.has(eventId)),
  );
  const picked: number[] = [];
  for (let n = random.int(1, MOST_LINES); n > 0 && left.length > 0; n--) {
    picked.push(...left.splice(random.int(0, left.length - 1), 1));
  }
  return picked;
}

/** Ticks only the lines of these events. Returns the new version, or undefined if it failed. */
async function tick(
  { log }: Scene,
  who: Api,
  { proposalId, version, lines }: ProposalView,
  eventIds: readonly number[],
): Promise<number | undefined> {
  const marks = lines.map(({ lineId, eventId }) => ({ lineId, ticked: eventIds.includes(eventId) }));
  const marked = await log.step('ticking lines of a plan', (options) =>
    who.plan.markLines.mutate({ proposalId, version, lines: marks }, options),
  );
  return marked?.version;
}

async function approve(
  { log, random }: Scene,
  who: Api,
  { proposalId, version }: { proposalId: number; version: number | undefined },
  eventIds: number[],
): Promise<Approved | null> {
  if (version === undefined) return null;
  const reason = random.chance(0.5) ? { overrideReason: 'It has to be done.' } : {};
  const approved = await log.ask(
    `approves some of plan ${proposalId}`,
    eventIds,
    (options) => who.plan.approve.mutate({ proposalId, version, ...reason }, options),
    eventIds.map((eventId) => ({ eventId, wish: 'anything' as const })),
  );
  if (!approved) return null;
  for (const { eventId, message } of approved.refused)
    log.note(`plan ${proposalId} does not schedule it: ${message}`, [eventId]);
  for (const { eventId, scheduleId } of approved.saved)
    log.note(`plan ${proposalId} schedules it as ${scheduleId}`, [eventId]);
  log.acknowledge(...approved.saved);
  return approved;
}

/** Undoes a whole approval. */
async function undo({ log, api }: Scene, { approvalId, saved }: Approved): Promise<void> {
  if (approvalId === null) return;
  const eventIds = saved.map(({ eventId }) => eventId);
  const undone = await log.ask(
    `takes approval ${approvalId} back`,
    eventIds,
    (options) => api.plan.undoApproval.mutate({ approvalId }, options),
    eventIds.map((eventId) => ({ eventId, wish: 'anything' as const })),
  );
  for (const { eventId, message } of undone?.kept ?? []) log.note(`stays: ${message}`, [eventId]);
}
