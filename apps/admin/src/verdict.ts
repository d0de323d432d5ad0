import type { SyncState } from '@scheduler/db';
import { REFRESH_LATE_SECONDS, unreadSince } from '@scheduler/sync';
import type { Facts } from './overview.ts';
import { KIND_NAMES, TASK_NAMES } from './words.ts';

/** A problem in words for a person on call: what, why, since when, and the remedy. */
interface Finding {
  id:
    | 'no-worker'
    | 'crossmark'
    | 'held'
    | 'behind'
    | 'paused'
    | 'dead'
    | 'failed-jobs'
    | 'conflict'
    | 'refresh'
    | 'missing'
    | 'waiting';
  level: 'broken' | 'attention';
  what: string;
  why: string;
  since: string | null;
  help: string;
}

/** The answer to "is sync healthy?". */
export interface Verdict {
  level: 'healthy' | 'attention' | 'broken';
  headline: string;
  since: string | null;
  findings: Finding[];
  /** What is on its way, and what of the rest is in Crossmark. */
  rest: string;
}

/**
 * A ready job normally starts within a second. A longer wait means that there are too few workers
 * or none.
 */
const READY_LATE_MS = 60_000;
/** A failed call is retried after 5 s. Only longer failures need a person's attention. */
const BLIP_MS = 60_000;

const plural = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
const earliest = (moments: (string | null | undefined)[]) =>
  moments.filter((moment): moment is string => typeof moment === 'string').sort()[0] ?? null;

const capitalized = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1);

/** Names the paused tasks and the number of all tasks. */
function pausedWords({ paused, queues }: Facts): string {
  if (paused.length === queues.length) return `All of sync is paused (${queues.length} tasks)`;
  const names = paused.map(({ task }) => TASK_NAMES[task]).join(', ');
  return `Sync is paused in part: ${names} (${paused.length} of ${queues.length} tasks)`;
}

/** Derives the verdict from the facts. A pure function. */
export function healthVerdict(facts: Facts): Verdict {
  const findings = [...findBroken(facts), ...findAttention(facts)];
  const broken = findings.filter((finding) => finding.level === 'broken');
  const rest = restInWords(facts);
  const [first] = findings;
  if (!first) {
    return { level: 'healthy', headline: 'Sync is healthy', since: null, findings, rest };
  }
  // Only paused tasks of schedules stop the sync. A pause of people's links or of refreshes holds
  // back no schedule.
  const isPaused = facts.paused.some(({ task }) => task.startsWith('sync_schedule'));
  const isStopped = facts.crossmark.byHand || isPaused;
  const stopped = isStopped ? findings.find(({ id }) => id === 'held' || id === 'paused') : undefined;
  const [level, headline, decisive] =
    broken.length > 0
      ? (['broken', 'Sync is stuck', broken] as const)
      : (['attention', attentionHeadline(stopped, first, facts), stopped ? [stopped] : findings] as const);
  return { level, headline, since: earliest(decisive.map((finding) => finding.since)), findings, rest };
}

const countOf = ({ states }: Facts, wanted: readonly SyncState[]) =>
  states.reduce((sum, { state, count }) => sum + (wanted.includes(state) ? count : 0), 0);

function attentionHeadline(stopped: Finding | undefined, first: Finding, facts: Facts): string {
  if (stopped) return stopped.id === 'held' ? 'Sync is held back by hand' : pausedWords(facts);
  const undecided = countOf(facts, ['failed', 'conflict']);
  if (undecided > 0) return plural(undecided, 'change needs a person', 'changes need a person');
  return first.what.replace(/\.$/, '');
}

function restInWords(facts: Facts): string {
  const moving = countOf(facts, ['pending', 'waiting']);
  const needsPerson = countOf(facts, ['failed', 'conflict']) > 0;
  const words = needsPerson ? ['more is on its way', 'more are on their way'] : ['change is on its way'];
  const [one = '', many = 'changes are on their way'] = words;
  if (moving > 0) return `${plural(moving, one, many)}. Everything else is in Crossmark.`;
  return needsPerson ? 'Everything else is in Crossmark.' : 'Every change is in Crossmark.';
}

function findBroken(facts: Facts): Finding[] {
  const now = Date.parse(facts.at);
  const findings: Finding[] = [];
  const alive = facts.workers.filter((worker) => worker.alive);
  const taken = facts.queues.filter((queue) => !facts.paused.some(({ task }) => task === queue.task));
  const ready = taken.reduce((sum, queue) => sum + queue.ready, 0);
  const oldest = earliest(taken.map((queue) => queue.oldestReadyAt));
  if (alive.length === 0) {
    const lastSeen = facts.workers[0]?.seenAt ?? null;
    findings.push({
      id: 'no-worker',
      level: 'broken',
      what: 'No worker is running.',
      why:
        ready === 0
          ? 'Nothing waits yet, but no change would reach Crossmark.'
          : `${plural(ready, 'job waits', 'jobs wait')} and no worker takes them. Changes are saved here and don’t reach Crossmark.`,
      since: lastSeen ?? oldest,
      help: 'Start the worker. It then does all waiting jobs.',
    });
  } else if (oldest !== null && now - Date.parse(oldest) > READY_LATE_MS) {
    findings.push({
      id: 'behind',
      level: 'broken',
      what: `${plural(ready, 'job')} could run but ${ready === 1 ? 'isn’t' : 'aren’t'} taken.`,
      why: `${plural(alive.length, 'worker')} with ${plural(
        alive.reduce((sum, worker) => sum + worker.concurrency, 0),
        'place',
      )} can’t keep up.`,
      since: oldest,
      help: 'Look at what runs now in the queues, or add a worker.',
    });
  }
  const { crossmark } = facts;
  const isDown = crossmark.state === 'unreachable';
  if (isDown && !crossmark.byHand) {
    findings.push({
      id: 'crossmark',
      level: 'broken',
      what: 'Crossmark can’t be reached.',
      why: `${plural(crossmark.waiting, 'change waits here and is safe', 'changes wait here and are safe')}. The last call failed: ${crossmark.lastFailure ?? 'no reason was recorded.'}`,
      since: crossmark.since,
      help: 'Nothing has to be done: a worker probes whether it answers, and then all waiting changes are sent.',
    });
  }
  for (const group of facts.waiting) {
    if (group.kind !== 'transient' && group.kind !== 'session' && group.kind !== 'unknown') continue;
    if (isDown && group.kind !== 'session') continue;
    if (group.kind !== 'session' && group.since !== null && now - Date.parse(group.since) < BLIP_MS) continue;
    findings.push({
      id: 'crossmark',
      level: 'broken',
      what: `${plural(group.count, 'schedule')} can’t reach Crossmark.`,
      why: group.example ?? WHY_WAITING[group.kind],
      since: group.since,
      help: HELP_WAITING[group.kind],
    });
  }
  return findings;
}

const WHY_WAITING = {
  transient: 'Crossmark doesn’t answer, or answers with errors.',
  session: 'Crossmark refuses our sign-in.',
  unknown: 'Answers to writes were lost. Each write is looked up in Crossmark before it is sent again.',
};
const HELP_WAITING = {
  transient: 'Nothing has to be done: attempts continue automatically and catch up when Crossmark is back.',
  session: 'Check the worker’s CROSSMARK_USER_ID and CROSSMARK_PASSWORD, then restart it.',
  unknown: 'Nothing has to be done: attempts continue automatically.',
};

/** Lists the tasks and calls that a person paused. They would otherwise look like an outage. */
function findStopped(facts: Facts): Finding[] {
  const findings: Finding[] = [];
  const { crossmark, paused } = facts;
  if (crossmark.byHand)
    findings.push({
      id: 'held',
      level: 'attention',
      what: 'Nothing is sent to Crossmark: an admin holds calls back.',
      why: `${crossmark.lastFailure ?? ''} ${plural(crossmark.waiting, 'change waits here and is safe', 'changes wait here and are safe')}.`.trim(),
      since: crossmark.since,
      help: 'Let calls pass when the reason is over. Waiting changes are then sent automatically.',
    });
  const [first] = paused;
  if (first) {
    const waiting = facts.queues
      .filter((queue) => paused.some(({ task }) => task === queue.task))
      .reduce((sum, queue) => sum + queue.ready, 0);
    findings.push({
      id: 'paused',
      level: 'attention',
      what: `${pausedWords(facts)}.`,
      why: `${paused.map(({ task, pausedBy }) => `${TASK_NAMES[task]}: by ${pausedBy}`).join('; ')}. ${plural(waiting, 'job waits and is safe', 'jobs wait and are safe')}.`,
      since: first.pausedAt,
      help: 'Resume when the reason is over. Waiting changes are then sent automatically.',
    });
  }
  return findings;
}

function findAttention(facts: Facts): Finding[] {
  const now = Date.parse(facts.at);
  const findings: Finding[] = [...findStopped(facts)];
  const { deadLetters } = facts;
  if (deadLetters.length > 0) {
    const n = deadLetters.reduce((sum, group) => sum + group.count, 0);
    const reasonOf = ({ kind, count, example }: (typeof deadLetters)[number]) =>
      `${deadLetters.length > 1 ? `${count.toLocaleString('en-US')} ` : ''}${kind ? `${KIND_NAMES[kind]}: ` : ''}${example ?? 'no reason was recorded.'}`;
    findings.push({
      id: 'dead',
      level: 'attention',
      what: `${plural(n, 'change')} did not reach Crossmark and ${n === 1 ? 'is' : 'are'} not retried.`,
      why: capitalized(deadLetters.map(reasonOf).join(' ')),
      since: earliest(deadLetters.map((group) => group.since)),
      help: 'Remove the cause, then try again.',
    });
  }
  if (facts.failedJobs.total > 0) {
    findings.push({
      id: 'failed-jobs',
      level: 'attention',
      what: `${plural(facts.failedJobs.total, 'other job')} failed for good.`,
      why: facts.failedJobs.rows[0]?.reason ?? 'No reason was recorded.',
      since: earliest(facts.failedJobs.rows.map((job) => job.since)),
      help: 'These jobs link a person to Crossmark or read its lists. Remove the cause, then try again.',
    });
  }
  const conflicts = facts.states.find((row) => row.state === 'conflict');
  if (conflicts && conflicts.count > 0) {
    findings.push({
      id: 'conflict',
      level: 'attention',
      what: `${plural(conflicts.count, 'event was', 'events were')} changed here and on Crossmark’s site.`,
      why: 'Both sides differ, and only a person knows which one is right.',
      since: conflicts.since,
      help: 'A dispatcher chooses on the scheduler’s Activity page, Keep mine or Take theirs, or in the schedule’s panel on the board.',
    });
  }
  const unnamed = facts.waiting.filter((group) => group.kind === null || group.kind === 'rejected');
  for (const group of unnamed) {
    findings.push({
      id: 'waiting',
      level: 'attention',
      what: `${plural(group.count, 'schedule waits', 'schedules wait')} for something else first.`,
      why: group.example ?? 'Crossmark doesn’t list the event yet.',
      since: group.since,
      help: 'A refresh may resolve this.',
    });
  }
  const { last, current, question } = facts.refresh;
  const unread = unreadSince(facts);
  if (question) {
    findings.push({
      id: 'missing',
      level: 'attention',
      what: `${plural(question.count, 'event is', 'events are')} missing from Crossmark’s list: are they gone?`,
      why: 'The list was read twice, and neither read had them. So many at once may be a false answer, so nothing was marked as gone, and planning continues.',
      since: question.askedAt,
      help: 'See which they are under Refreshes. Read again; or mark them as gone if Crossmark’s own site doesn’t have them either.',
    });
  }
  if (last?.state === 'failed') {
    findings.push({
      id: 'refresh',
      level: 'attention',
      what: 'The last refresh from Crossmark failed.',
      why: last.failureReason ?? 'No reason was recorded.',
      since: last.finishedAt ?? last.requestedAt,
      help: 'Nothing was lost. The next refresh runs within the hour, or refresh now.',
    });
  } else if (
    // A refresh that runs may end well, but the first one should have ended long ago.
    !(current && last) &&
    unread !== null &&
    now - Date.parse(unread) > REFRESH_LATE_SECONDS * 1_000
  ) {
    findings.push({
      id: 'refresh',
      level: 'attention',
      what: last
        ? 'Crossmark’s list has not been read for over two hours.'
        : 'Crossmark’s list has never been read.',
      why: 'A worker reads it every hour. Events and bookings made there may be missing here.',
      since: unread,
      help: 'Check that a worker runs, then refresh now.',
    });
  }
  return findings;
}
