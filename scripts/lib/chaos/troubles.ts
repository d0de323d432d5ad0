import { type FaultInput, ODD_TEXTS } from '@scheduler/crossmark/simulator';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { startApp } from '../apps.ts';
import type { Infrastructure } from '../infrastructure.ts';
import type { Running } from '../process.ts';
import { OddWorld, oddHabits } from './falsehoods.ts';
import type { Disk } from './full-disk.ts';
import type { Network } from './network.ts';
import { pause, type Random } from './random.ts';
import type { Switchboard } from './switchboard.ts';

/**
 * The longest duration of one call to Crossmark. A lease is longer than four calls, as in
 * production.
 */
export const CALL_SECONDS = 0.75;
export const LEASE_SECONDS = 4;
/**
 * The time from a refresh that leaves a doubt to one that confirms it. It equals the age of a stale
 * list in a storm.
 */
export const CONFIRM_SECONDS = 1;

/** Settings that turn the minutes of production into seconds. */
const WORKER_SETTINGS = {
  CROSSMARK_CALL_SECONDS: String(CALL_SECONDS),
  SYNC_LEASE_SECONDS: String(LEASE_SECONDS),
  SYNC_CONFIRM_SECONDS: String(CONFIRM_SECONDS),
  WORKER_SILENT_SECONDS: '4',
  SYNC_RETRY_BLIP_SECONDS: '0.2',
  SYNC_RETRY_BASE_SECONDS: '0.4',
  SYNC_RETRY_CAP_SECONDS: '2',
  SYNC_BREAKER_PROBE_SECONDS: '0.5',
  SYNC_OUTBOUND_PER_SECOND: '1000',
};

const SHARE_OF_FAULTY_CALLS = 0.3;

/** Of the workers, so many have a wrong clock. */
const SHARE_OF_WRONG_CLOCKS = 0.25;
/** How far such a clock is ahead: seconds, minutes, a day. */
const CLOCKS_AHEAD_MS = [-86_400_000, -600_000, -45_000, 45_000, 600_000, 86_400_000];

/** Every way in which a call can fail, each with the same probability. */
const REMOTE_FAULTS: FaultInput[] = [
  { kind: 'drop' },
  { kind: 'drop', applied: true },
  { kind: 'hang' },
  { kind: 'hang', applied: true },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'status', status: 429, retryAfter: 1, retryAfterAsDate: true },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502, applied: true },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 504, applied: true },
  { kind: 'slow', delayMs: 300 },
  { kind: 'truncate' },
  { kind: 'truncate', applied: false },
  { kind: 'garbage' },
  { kind: 'garbage', applied: true },
  { kind: 'expire' },
];

/**
 * Returns the faults for the simulator. The simulator checks one rule after the other, so later
 * rules need a larger chance.
 */
export function remoteFaults(): FaultInput[] {
  const share = SHARE_OF_FAULTY_CALLS / REMOTE_FAULTS.length;
  return [
    ...REMOTE_FAULTS.map((fault, index) => ({ ...fault, times: null, chance: share / (1 - index * share) })),
    // A refusal without a reason, which becomes a dead letter that a person has to retry.
    ...(['scheduleMplanEvent', 'deleteScheduledMplanEvent', 'createPendingWork'] as const).map(
      (call, index) => ({
        call,
        kind: 'refuse' as const,
        message: `No ${ODD_TEXTS[index]}`,
        times: null,
        chance: 0.02,
      }),
    ),
  ];
}

interface Member {
  running: Running;
  frozen: boolean;
  hasWrongClock: boolean;
}

/** The troubles of a storm around the workers. */
export interface Toll {
  kills: number;
  freezes: number;
  pgRestarts: number;
  redisOutages: number;
  sessionExpiries: number;
  /** Workers that were started with a wrong clock. */
  wrongClocks: number;
  /** The number of times that Postgres' disk was full. */
  fullDisks: number;
  /** The number of times that connections were silent for a while, or died without being closed. */
  silentConnections: number;
  /** The number of times that an event disappeared from Crossmark or came back. */
  vanishings: number;
  /**
   * The times, in epoch milliseconds, at which frozen workers continued. Their next writes are
   * late.
   */
  thawedAtMs: number[];
  /** Each trouble with its time, for a history. */
  story: { at: string; what: string }[];
}

/** Runs real worker processes, Postgres, Redis and sessions, and makes them fail. */
export class Troubles {
  readonly toll: Toll = {
    kills: 0,
    freezes: 0,
    pgRestarts: 0,
    redisOutages: 0,
    sessionExpiries: 0,
    wrongClocks: 0,
    fullDisks: 0,
    silentConnections: 0,
    vanishings: 0,
    thawedAtMs: [],
    story: [],
  };
  private readonly infrastructure: Infrastructure;
  private readonly network: Network;
  private readonly disk: Disk;
  private readonly switchboard: Switchboard;
  private readonly random: Random;
  private readonly odd: OddWorld;
  private members: Member[] = [];
  private hired = 0;
  private readonly leaving: Promise<void>[] = [];
  private stopped = false;
  private running: Promise<void> | undefined;

  /** `onChange` is called with `<mplanId>_<storeId>` if Crossmark itself changes an event. */
  constructor(
    parts: { infrastructure: Infrastructure; network: Network; disk: Disk; switchboard: Switchboard },
    random: Random,
    onChange: (key: string) => void,
  ) {
    const { switchboard } = parts;
    this.infrastructure = parts.infrastructure;
    this.network = parts.network;
    this.disk = parts.disk;
    this.switchboard = switchboard;
    this.random = random;
    this.odd = new OddWorld(switchboard, random, (key) => {
      this.toll.vanishings += 1;
      onChange(key);
    });
  }

  tell(what: string): void {
    this.toll.story.push({ at: currentInstant(), what });
  }

  /** Starts a worker, in a storm perhaps on a machine with a wrong clock. */
  hire(): void {
    const name = `worker ${++this.hired}`;
    const hasWrongClock = !this.stopped && this.random.chance(SHARE_OF_WRONG_CLOCKS);
    const aheadMs = hasWrongClock ? (this.random.pick(CLOCKS_AHEAD_MS) ?? 0) : 0;
    // The clock can be moved only outside of production.
    const clock = { TEST_CLOCK_ERROR_MS: String(aheadMs), NODE_ENV: 'test' };
    const running = startApp(this.network.workers, 'worker', 'src/main.ts', {
      ...WORKER_SETTINGS,
      ...(hasWrongClock ? clock : {}),
    });
    this.members.push({ running: { ...running, name }, frozen: false, hasWrongClock });
    if (hasWrongClock) this.toll.wrongClocks += 1;
    this.tell(`${name} starts${hasWrongClock ? `, its clock ${aheadMs} ms ahead` : ''}`);
  }

  /** Causes troubles, one after another, until {@link heal}. */
  begin(): void {
    this.running = (async () => {
      while (!this.stopped) {
        await this.sleep(this.random.int(300, 1_000));
        if (!this.stopped) await this.one();
      }
    })();
    // `heal` reports the failure.
    this.running.catch(() => {});
  }

  private async sleep(ms: number): Promise<void> {
    for (let left = ms; left > 0 && !this.stopped; left -= 50) await pause(Math.min(left, 50));
  }

  private async one(): Promise<void> {
    const { random } = this;
    const kind = random.weighted({
      kill: 5,
      freeze: 4,
      postgres: 2,
      redis: 1,
      expire: 3,
      more: 2,
      fewer: 2,
      habits: 3,
      odd: 4,
      full: 2,
      silence: 2,
      dead: 1,
    });
    const member = random.pick(this.members.filter((one) => !one.frozen));
    const downMs = random.int(200, 2_500);
    const { postgres, redis } = this.infrastructure;
    switch (kind) {
      case 'kill':
        if (!member) return;
        this.toll.kills += 1;
        this.tell(`${member.running.name} is killed`);
        this.members = this.members.filter((one) => one !== member);
        await member.running.stop('SIGKILL');
        await this.sleep(downMs / 3);
        this.hire();
        return;
      case 'freeze': {
        if (!member || this.members.filter((one) => !one.frozen).length < 2) return;
        this.toll.freezes += 1;
        this.tell(`${member.running.name} freezes`);
        this.signal(member, 'SIGSTOP');
        member.frozen = true;
        const frozenMs = LEASE_SECONDS * 1_000 + random.int(300, 3_000);
        this.leaving.push(this.sleep(frozenMs).then(() => this.thaw(member)));
        return;
      }
      case 'postgres':
        if (!postgres) return;
        this.toll.pgRestarts += 1;
        this.tell('Postgres crashes');
        await postgres.stop();
        await this.sleep(downMs);
        await postgres.start();
        this.tell('Postgres is back');
        return;
      case 'redis':
        if (!redis) return;
        this.toll.redisOutages += 1;
        this.tell('Redis goes');
        await redis.stop();
        await this.sleep(downMs);
        // Another process may use its port for a moment.
        await redis.start().catch(() => pause(1_000).then(() => redis.start()));
        this.tell('Redis is back');
        return;
      case 'expire': {
        const expiredLook = random.pick(['redirect', 'loginPage', '401', '403'] as const) ?? 'redirect';
        this.toll.sessionExpiries += 1;
        this.tell(`sessions end, shown as ${expiredLook}`);
        await this.switchboard.configure({ expiredLook });
        await this.switchboard.expireSessions();
        return;
      }
      case 'more':
        if (this.members.length < 4) this.hire();
        return;
      case 'fewer':
        if (!member || this.members.length < 3) return;
        this.tell(`${member.running.name} is told to stop`);
        this.members = this.members.filter((one) => one !== member);
        this.leaving.push(member.running.stop('SIGTERM'));
        return;
      case 'habits':
        // Crossmark's unknown behaviors also change during a run.
        await this.switchboard.configure({
          unknownDelete: random.pick(['success', 'error'] as const) ?? 'error',
          deleteAnswer: random.pick(['ok', 'success', 'empty'] as const) ?? 'ok',
          conditionLagMs: random.pick([0, 0, 300, 1_500]) ?? 0,
          listShift: { rows: random.pick([0, 0, 1, -1]) ?? 0, chance: 0.5 },
          loginAnswer:
            random.pick(['landingPage', 'redirectUrl', 'redirect', 'success'] as const) ?? 'success',
          ...oddHabits(random),
        });
        return;
      case 'full':
        this.toll.fullDisks += 1;
        this.tell('the disk of Postgres is full');
        await this.disk.fill();
        await this.sleep(downMs);
        await this.disk.clear();
        this.tell('there is room on the disk again');
        return;
      case 'silence': {
        const side = this.side();
        this.toll.silentConnections += 1;
        this.tell(`the connections of ${side} are silent`);
        this.network.hold(side);
        await this.sleep(downMs * 2);
        this.network.release();
        this.tell('the connections carry data again');
        return;
      }
      case 'dead': {
        const side = this.side();
        this.toll.silentConnections += 1;
        this.tell(`half of the connections of ${side} are dead`);
        this.network.forget(side, random);
        return;
      }
      case 'odd': {
        const what = await this.odd.one();
        if (what) this.tell(what);
        return;
      }
    }
  }

  /** Whose connections suffer. Without the server nobody could make an edit, so that is rare. */
  private side(): 'server' | 'workers' {
    return this.random.chance(0.2) ? 'server' : 'workers';
  }

  private signal(member: Member, signal: NodeJS.Signals): void {
    try {
      if (member.running.process.pid !== undefined) process.kill(-member.running.process.pid, signal);
    } catch {
      // Gone already.
    }
  }

  private thaw(member: Member): void {
    if (!member.frozen) return;
    member.frozen = false;
    this.signal(member, 'SIGCONT');
    this.toll.thawedAtMs.push(currentTimeMs());
    this.tell(`${member.running.name} goes on`);
  }

  /**
   * Ends every trouble. Afterwards at least two workers, Postgres and Redis run, with clocks and a disk
   * that are right, and nothing is frozen, silent or odd. Connections that died stay dead: those who had
   * them must notice that by themselves.
   */
  async heal(): Promise<void> {
    this.stopped = true;
    await this.running;
    for (const member of this.members) this.thaw(member);
    await Promise.all(this.leaving);
    await this.disk.clear();
    await this.odd.clear();
    const wrong = this.members.filter(({ hasWrongClock }) => hasWrongClock);
    await Promise.all(wrong.map(({ running }) => running.stop('SIGTERM')));
    this.members = this.members.filter(
      ({ running, hasWrongClock }) => !hasWrongClock && running.process.exitCode === null,
    );
    while (this.members.length < 2) this.hire();
    this.tell('all faults have ended');
  }

  /** Returns the last lines of each worker, for an error message. */
  output(): string {
    return this.members.map(({ running }) => `--- ${running.name}\n${running.output()}`).join('\n');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running?.catch(() => {});
    this.network.release();
    this.network.bury();
    for (const member of this.members) this.thaw(member);
    await Promise.all([...this.leaving, ...this.members.map(({ running }) => running.stop('SIGKILL'))]);
  }
}
