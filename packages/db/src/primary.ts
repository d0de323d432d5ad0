import { setTimeout as wait } from 'node:timers/promises';
import { errorText, hostIn, urlsOfHosts } from '@scheduler/runtime';
import postgres from 'postgres';
import { postgresAddress } from './tls.ts';

/** The time for one host to answer. */
const ANSWER_MS = 5_000;
/** The time for the other hosts to answer once a primary has been found. */
const OTHERS_MS = 1_000;
/**
 * How often all hosts are asked again while connections are used, because an earlier primary that is
 * still alive doesn't tell that it has a successor.
 */
const LOOK_EVERY_MS = 5_000;

/** Where a connection is to be opened. */
interface Place {
  host: string;
  port: number;
}

/**
 * The host that takes writes, of a database with several. All connections of a process to the same
 * hosts share one answer.
 */
export interface Primary {
  /**
   * Returns the host that is no standby. It is asked for again after a doubt, and every few seconds
   * while somebody listens to {@link whenMoved}.
   * @throws an error with code NO_PRIMARY: no host that answers is a primary
   */
  place(): Promise<Place>;
  /** Tells that a connection ended by itself or could not be opened. */
  doubt(): void;
  /** Tells that a write was refused because a host or its session is read-only. */
  refused(): void;
  /**
   * Calls `drop` whenever another host has become the primary, so that no connection to the earlier
   * one goes on. Returns a function that ends this.
   */
  whenMoved(drop: () => void): () => void;
}

const all = new Map<string, Primary>();

/** A URL with another host. */
export function urlAt(address: string, { host, port }: Place): string {
  const url = new URL(address);
  url.hostname = host.includes(':') ? `[${host}]` : host;
  url.port = String(port);
  return url.href;
}

/** The primary of a URL with several hosts; null for one host, which is used whatever it is. */
export function primaryOf(url: string): Primary | null {
  const urls = urlsOfHosts(url);
  if (urls.length === 1) return null;
  const known = all.get(url) ?? findPrimary(urls);
  all.set(url, known);
  return known;
}

function findPrimary(urls: readonly string[]): Primary {
  const drops = new Set<() => void>();
  let known: Place | undefined;
  let latest: Found | undefined;
  let asking: Promise<Place> | undefined;
  let doubts = 0;

  /** Goes on with a primary. `isKnown`: later connections use it without asking. */
  const adopt = (newest: Found, isKnown: boolean) => {
    const hasMoved = latest && !isSame(latest.place, newest.place);
    latest = newest;
    if (isKnown) known = newest.place;
    if (hasMoved) for (const drop of drops) drop();
  };
  const ask = async (): Promise<Place> => {
    const before = doubts;
    const newest = await newestPrimary(urls, () => latest, OTHERS_MS);
    // An answer from before a doubt is used, but not kept.
    adopt(newest, before === doubts);
    return newest.place;
  };
  let isLooking = false;
  /** Looks for a successor of the primary in use. Hosts that are slow to answer are waited for. */
  const look = async () => {
    if (!latest || isLooking) return;
    isLooking = true;
    // Where no primary is found, the connections notice.
    const newest = await newestPrimary(urls, () => latest, ANSWER_MS).catch(() => latest as Found);
    isLooking = false;
    if (newest.system === latest.system && newest.timeline > latest.timeline) adopt(newest, true);
  };
  let timer: NodeJS.Timeout | undefined;
  const place = async (): Promise<Place> => {
    if (known) return known;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  const doubt = () => {
    doubts += 1;
    known = undefined;
  };
  return {
    place,
    doubt,
    refused: () => {
      doubt();
      // Where no primary is found, the next connection asks again.
      place().catch(() => {});
    },
    whenMoved: (drop) => {
      drops.add(drop);
      timer ??= setInterval(look, LOOK_EVERY_MS).unref();
      return () => {
        drops.delete(drop);
        if (drops.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const isSame = (one: Place, other: Place) => one.host === other.host && one.port === other.port;

/** A primary that answered. */
interface Found {
  place: Place;
  takesWrites: boolean;
  /** Which database it is, whatever hosts hold it. */
  system: string;
  /** The number of the latest promotion in its history. */
  timeline: number;
}
type Answer = Found | 'standby' | { failure: string };

/**
 * Asks all hosts at once. An earlier primary that came back without being told about its successor
 * also says that it is none's standby, so the latest promotion counts, then whether it takes writes,
 * and then the order of the hosts. A primary older than one that was used before is refused.
 * @param othersMs how long to wait for the others once one primary has answered
 */
async function newestPrimary(
  urls: readonly string[],
  latest: () => Found | undefined,
  othersMs: number,
): Promise<Found> {
  const answers: Answer[] = [];
  const looks = urls.map(async (url, index) => {
    answers[index] = await askHost(url);
    if (!isFound(answers[index])) throw new Error('no primary');
  });
  const others = new AbortController();
  await Promise.race([
    Promise.allSettled(looks),
    Promise.any(looks).then(
      () => wait(othersMs, undefined, { signal: others.signal }).catch(() => {}),
      () => {},
    ),
  ]);
  others.abort();
  const used = latest();
  const isOutdated = (one: Found) => one.system === used?.system && one.timeline < used.timeline;
  const [best] = answers
    .filter((answer) => isFound(answer))
    .filter((one) => !isOutdated(one))
    .sort((a, b) => b.timeline - a.timeline || Number(b.takesWrites) - Number(a.takesWrites));
  if (best) return best;
  const words = urls.map((_, index) => `host ${index + 1} ${inWords(answers[index])}`);
  throw Object.assign(
    new Error(`None of the ${urls.length} database hosts is a primary that answers: ${words.join(', ')}.`),
    { code: 'NO_PRIMARY' },
  );
}

const isFound = (answer: Answer | undefined): answer is Found =>
  typeof answer === 'object' && 'timeline' in answer;

function inWords(answer: Answer | undefined): string {
  if (answer === undefined) return 'has not answered';
  if (answer === 'standby') return 'is a standby';
  return isFound(answer) ? 'is an earlier primary' : `failed (${answer.failure})`;
}

async function askHost(address: string): Promise<Answer> {
  const { url, ssl } = postgresAddress(address);
  const parts = new URL(address);
  const limits = { connect_timeout: ANSWER_MS / 1_000, answer_timeout: ANSWER_MS / 1_000 };
  const options = { ssl, max: 1, prepare: false, fetch_types: false, onnotice: () => {}, ...limits };
  const sql = postgres(url, { ...options, connection: { application_name: 'scheduler-primary' } });
  try {
    const [row] = await sql<{ standby: boolean; writes: boolean; system: string; timeline: string | null }[]>`
      select pg_is_in_recovery() as standby,
        current_setting('default_transaction_read_only') = 'off' as writes,
        (select system_identifier::text from pg_control_system()) as system,
        case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_lsn()), 8) end as timeline`;
    if (!row || row.timeline === null) return 'standby';
    return {
      place: { host: hostIn(parts), port: Number(parts.port || 5432) },
      takesWrites: row.writes,
      system: row.system,
      timeline: Number.parseInt(row.timeline, 16),
    };
  } catch (error) {
    return { failure: errorText(error) };
  } finally {
    void sql.end({ timeout: 0 });
  }
}
