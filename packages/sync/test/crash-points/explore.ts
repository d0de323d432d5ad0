import type { FaultInput, SettingsPatch } from '@scheduler/crossmark/simulator';
import type { AnsweredFirst, Mishap, Point } from './boundary.ts';
import { type End, Play, type World } from './play.ts';
import type { Scenario } from './scenarios.ts';

/** One mishap at one point of a story. */
interface State {
  /** The number of the point, from 0. */
  at: number;
  point: Point;
  mishap: Mishap;
}

const LOOKS = ['redirect', 'loginPage', '401'] as const;

/** What may come in place of the answer to a write. Only the last two leave a decision to a person. */
const ANSWERS_TO_WRITES: FaultInput[] = [
  { kind: 'drop' },
  { kind: 'drop', applied: true },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502, applied: true },
  { kind: 'status', status: 429 },
  { kind: 'garbage' },
  { kind: 'garbage', applied: true },
  { kind: 'truncate' },
  { kind: 'truncate', applied: false },
  ...LOOKS.flatMap((look): FaultInput[] => [
    { kind: 'notSignedIn', look, applied: true },
    { kind: 'notSignedIn', look, applied: false },
    { kind: 'expire', look, applied: true },
  ]),
  { kind: 'refuse' },
  { kind: 'refuse', applied: true },
];
const ANSWERS_TO_BOOKINGS: FaultInput[] = [
  { kind: 'crossed' },
  { kind: 'crossed', applied: false },
  { kind: 'later', minutes: 15 },
];
const ANSWERS_TO_READS: FaultInput[] = [
  { kind: 'drop' },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429 },
  { kind: 'garbage' },
  { kind: 'truncate' },
  { kind: 'notSignedIn', look: 'loginPage' },
  { kind: 'expire', look: '401' },
];
/** What may be otherwise during a whole story: a worker's clock is wrong by minutes, answers come in another order. */
const SURROUNDINGS: { inWords: string; skewMs?: number; answeredFirst?: AnsweredFirst }[] = [
  { inWords: 'clocks that are ten minutes behind', skewMs: -600_000 },
  { inWords: 'clocks that are ten minutes ahead', skewMs: 600_000 },
  { inWords: 'searches that are answered before the lease', answeredFirst: 'search' },
];

const stale = (behindWrites: number): FaultInput => ({ kind: 'stale', behindWrites });

function answersTo(call: string, habits: SettingsPatch): FaultInput[] {
  switch (call) {
    case 'schedule':
      return [...ANSWERS_TO_WRITES, ...ANSWERS_TO_BOOKINGS];
    case 'unschedule':
    case 'reissue':
      return ANSWERS_TO_WRITES;
    case 'findEvent':
      return [
        ...ANSWERS_TO_READS,
        { kind: 'empty' },
        { kind: 'missing' },
        { kind: 'crossed' },
        // If second bookings are kept, a stale search can hide ours (docs/sync.md).
        ...(habits.secondBooking === 'duplicate' ? [] : [stale(1), stale(2)]),
      ];
    case 'listEvents':
      return [
        ...ANSWERS_TO_READS,
        { kind: 'empty' },
        { kind: 'short' },
        { kind: 'missing' },
        { kind: 'doubled' },
        stale(1),
        stale(2),
      ];
    default:
      return [...ANSWERS_TO_READS, { kind: 'crossed' }];
  }
}

/** Whether a person has to decide after such an answer (docs/sync.md): a refusal, or another time. */
const leavesToPerson = (mishap: Mishap | null): boolean =>
  mishap?.kind === 'answer' && ['refuse', 'later'].includes(mishap.fault.kind);

const isStaleSearch = ({ name }: Point, mishap: Mishap): boolean =>
  name === 'findEvent' && mishap.kind === 'answer' && mishap.fault.kind === 'stale';

/** Everything that may happen at a point. `last` is the point before it. */
function mishapsAt(
  { who, task, what, name, isBeside }: Point,
  last: Point | undefined,
  habits: SettingsPatch,
): Mishap[] {
  // After one point of a task and before the next one, nothing of the world is different.
  const isFirst = last?.who !== who || last.task !== task;
  // Where the point before it is still under way, it may have been done while this one is not sent.
  const hasBefore = isFirst || isBeside;
  const around = (kind: 'die' | 'disconnect' | 'freeze', hasBefore: boolean): Mishap[] => [
    ...(hasBefore ? [{ kind, phase: 'before' as const }] : []),
    { kind, phase: 'after' },
  ];
  // Until the commit, Postgres takes back what was done: before and after it is all that differs.
  if (what === 'commit') return [{ kind: 'die', phase: 'before' }, { kind: 'full' }];
  return [
    ...around('die', hasBefore),
    // A frozen server keeps no event. What it has not committed, Postgres ends.
    // A worker that is frozen before a call has looked at its deadlines already.
    ...(who === 'worker' ? around('freeze', hasBefore || what === 'call') : []),
    ...(what === 'call'
      ? answersTo(name, habits).map((fault): Mishap => ({ kind: 'answer', fault }))
      : [...around('disconnect', true), { kind: 'full' as const }]),
  ];
}

const inWords = ({ at, point, mishap }: State): string =>
  `${point.who}: ${JSON.stringify(mishap)} at point ${at} (${point.what} ${point.name})`;

/** Plays a story once. Returns the points that it passed, and how it ended. */
async function play(
  world: World,
  scenario: Scenario,
  habits: SettingsPatch,
  state: State | null,
): Promise<{ points: Point[]; end: End; story: () => string[] }> {
  await world.reset(habits);
  const points: Point[] = [];
  let isCounting = false;
  let isMissed = state !== null;
  world.course = {
    reach: (point) => {
      if (!isCounting) return null;
      const at = points.push(point) - 1;
      if (!state || at !== state.at) return null;
      isMissed = !(['what', 'name', 'isBeside'] as const).every((key) => point[key] === state.point[key]);
      return isMissed ? null : state.mishap;
    },
  };
  const told = new Play(world);
  const faults: string[] = [];
  try {
    await told.begin();
    await scenario.before?.(told);
    isCounting = true;
    await scenario.work(told);
    isCounting = false;
    const end = await told.toRest('mine');
    if (isMissed) end.wrong.push('the point was not reached: the story is not the same each time');
    return { points, end, story: () => told.story() };
  } catch (error) {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { points, end: { wrong: faults, board: [], decisions: [] }, story: () => told.story() };
  }
}

/** What an exploration found. */
export interface Exploration {
  points: number;
  /** Explored, out of so many that there are. */
  states: number;
  outOf: number;
  /** How often a person had to decide, as documented. */
  decisions: number;
  wrong: string[];
}

/**
 * Plays a story once without a mishap, and then once for each mishap at each of its points. Every
 * time, both sides must agree in the end on what was saved, without a person, unless the answer was
 * one that docs/sync.md leaves to a person.
 * @param stride explores every n-th state only
 * @param first the first of those
 */
export async function explore(
  world: World,
  scenario: Scenario,
  habits: SettingsPatch,
  { stride, first }: { stride: number; first: number },
): Promise<Exploration> {
  const calm = await play(world, scenario, habits, null);
  const exploration: Exploration = {
    points: calm.points.length,
    states: 1,
    outOf: 1,
    decisions: 0,
    wrong: [],
  };
  if (calm.end.wrong.length > 0 || calm.end.decisions.length > 0) {
    exploration.wrong.push('without a mishap:', ...calm.end.wrong, ...calm.end.decisions, ...calm.story());
    return exploration;
  }
  const states = calm.points
    .flatMap((point, at) =>
      mishapsAt(point, calm.points[at - 1], habits).map((mishap): State => ({ at, point, mishap })),
    )
    .filter(({ point, mishap }) => !(scenario.racesWithReport && isStaleSearch(point, mishap)));
  exploration.outOf += states.length + SURROUNDINGS.length;
  for (const { inWords, skewMs = 0, answeredFirst = 'lease' } of SURROUNDINGS) {
    world.skewMs = skewMs;
    world.answeredFirst = answeredFirst;
    const { end, story } = await play(world, scenario, habits, null);
    exploration.states += 1;
    const wrong = [...end.wrong, ...end.decisions];
    if (JSON.stringify(end.board) !== JSON.stringify(calm.end.board)) wrong.push(end.board.join('; '));
    if (wrong.length > 0) exploration.wrong.push(`--- ${inWords}`, ...wrong, ...story());
  }
  world.skewMs = 0;
  world.answeredFirst = 'lease';
  for (const [index, state] of states.entries()) {
    if (index % stride !== first % stride) continue;
    const { end, story } = await play(world, scenario, habits, state);
    exploration.states += 1;
    exploration.decisions += end.decisions.length;
    const wrong = [...end.wrong];
    const mayDecide = leavesToPerson(state.mishap) || scenario.hasConflict;
    if (end.decisions.length > 0 && !mayDecide) wrong.push(`a person had to decide: ${end.decisions}`);
    if (end.decisions.length === 0 && JSON.stringify(end.board) !== JSON.stringify(calm.end.board))
      wrong.push(`the board shows ${end.board.join('; ')} in place of ${calm.end.board.join('; ')}`);
    if (wrong.length > 0) exploration.wrong.push(`--- ${inWords(state)}`, ...wrong, ...story());
  }
  return exploration;
}
