import { Worker } from 'node:worker_threads';
import type { SessionUser } from '@scheduler/auth';
import type { Logger } from '@scheduler/runtime';
import { TRPCError } from '@trpc/server';

/**
 * Procedures whose work grows with the length of a file or of a list. They run in threads of their own, from the bytes of
 * their request to the bytes of their answer, so that the server's main thread answers everybody else meanwhile.
 */
export const LONG_CALLS: readonly string[] = ['csv.preview', 'csv.import', 'csv.export', 'csv.exportEvents'];

/** Long calls at the same moment. Each thread may take {@link THREAD_MEGABYTES}, and a server has 512 MB. */
const MOST_THREADS = 2;
/** Objects of one thread. A file of 4 MB takes some 120 MB. */
const THREAD_MEGABYTES = 160;
/** A thread without a call gives its memory back after this time. */
const IDLE_MS = 60_000;
/** What takes longer is broken off. */
const LONGEST_CALL_MS = 5 * 60_000;

/** A call, as its thread gets it. */
export interface LongCall {
  method: string;
  /** Path and query. */
  url: string;
  /** In memory of its own, which is the thread's from then on; null for a request without a body. */
  body: Uint8Array<ArrayBuffer> | null;
  user: SessionUser;
  requestId: string;
}

/** What a call is answered, and what went wrong in it, for the log. */
export interface LongAnswer {
  status: number;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer>;
  failures: { path: string | undefined; code: TRPCError['code']; error: Error }[];
}

/** What a thread is started with. */
export interface ThreadData {
  databaseUrl: string;
}

/** Asks a thread to close its connections and end. */
export const STOP = 'stop';

/** Runs {@link LONG_CALLS} in threads. */
export interface LongCalls {
  /**
   * Answers a call once it is its turn: one call of a user at a time, users in turn. Where `signal` aborts, the call is left
   * out or broken off, its transaction is rolled back, and its thread is free for the next one.
   * @throws {TRPCError} a sentence where the thread ended before it answered
   */
  answer(call: LongCall, signal: AbortSignal): Promise<LongAnswer>;
  /** Ends all threads. */
  close(): Promise<void>;
}

interface Waiting {
  call: LongCall;
  signal: AbortSignal;
  resolve: (answer: LongAnswer) => void;
  reject: (error: unknown) => void;
}

/** Starts no thread before the first call. */
export function openLongCalls(options: {
  databaseUrl: string;
  log: Logger;
  /** The thread's file; another one in tests. */
  file?: URL;
}): LongCalls {
  const { log, file = THREAD_FILE } = options;
  /** With what ends each in time. */
  const idle = new Map<Thread, NodeJS.Timeout>();
  const threads = new Set<Thread>();
  /** By user; who was served last stands last. */
  const waiting = new Map<string, Waiting[]>();
  const served = new Set<string>();

  const start = (): Thread => {
    const thread = new Thread(file, { databaseUrl: options.databaseUrl });
    threads.add(thread);
    void thread.ended.then(({ error }) => {
      if (error) log.error({ err: error }, 'a thread for long calls ended');
      threads.delete(thread);
      takeFromIdle(thread);
      // Its place is free.
      next();
    });
    return thread;
  };
  const takeFromIdle = (thread: Thread | undefined): Thread | undefined => {
    if (!thread) return undefined;
    clearTimeout(idle.get(thread));
    idle.delete(thread);
    return thread;
  };
  const leaveIdle = (thread: Thread): void => {
    const end = () => void takeFromIdle(thread)?.stop();
    idle.set(thread, setTimeout(end, IDLE_MS).unref());
  };

  const next = (): void => {
    for (const [user, [first, ...others]] of waiting) {
      if (idle.size === 0 && threads.size >= MOST_THREADS) return;
      if (!first || served.has(user)) continue;
      if (others.length > 0) waiting.set(user, others);
      else waiting.delete(user);
      served.add(user);
      void serve(user, takeFromIdle(idle.keys().next().value) ?? start(), first);
    }
  };

  const serve = async (user: string, thread: Thread, request: Waiting): Promise<void> => {
    try {
      request.resolve(await thread.answer(request.call, request.signal));
      leaveIdle(thread);
    } catch (error) {
      request.reject(error);
    } finally {
      served.delete(user);
      const others = waiting.get(user);
      if (others) {
        waiting.delete(user);
        waiting.set(user, others);
      }
      next();
    }
  };

  const forget = (user: string, request: Waiting): boolean => {
    const all = waiting.get(user) ?? [];
    const others = all.filter((one) => one !== request);
    if (others.length > 0) waiting.set(user, others);
    else waiting.delete(user);
    return others.length < all.length;
  };

  return {
    answer: (call, signal) =>
      new Promise((resolve, reject) => {
        const request = { call, signal, resolve, reject };
        const user = call.user.id;
        signal.addEventListener('abort', () => forget(user, request) && reject(connectionClosed()), {
          once: true,
        });
        waiting.set(user, [...(waiting.get(user) ?? []), request]);
        next();
      }),
    close: async () => {
      waiting.clear();
      for (const timeout of idle.values()) clearTimeout(timeout);
      await Promise.all([...threads].map((thread) => thread.stop()));
    },
  };
}

/** Built, it stands beside the bundle. */
const THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './long-call-thread.ts' : './long-call-thread.js',
  import.meta.url,
);

const STOP_WITHIN_MS = 5_000;

/** One thread, which answers one call at a time. It ends by itself, or with a call that is broken off. */
class Thread {
  /** Resolves once it is over; with an error where it ended by one. */
  readonly ended: Promise<{ error: unknown }>;
  readonly #worker: Worker;

  constructor(file: URL, workerData: ThreadData) {
    this.#worker = new Worker(file, {
      name: 'long calls',
      workerData,
      execArgv: [],
      // With a larger young generation, the thread may outgrow the limit at once, and that would end the whole process.
      resourceLimits: { maxOldGenerationSizeMb: THREAD_MEGABYTES, maxYoungGenerationSizeMb: 8 },
    });
    let error: unknown = null;
    this.#worker.on('error', (thrown) => {
      error = thrown;
    });
    this.ended = new Promise((resolve) => this.#worker.once('exit', () => resolve({ error })));
  }

  async answer(call: LongCall, signal: AbortSignal): Promise<LongAnswer> {
    const leave = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_CALL_MS)]);
    const breakOff = () => void this.#worker.terminate();
    leave.addEventListener('abort', breakOff, { once: true });
    try {
      if (leave.aborted) throw connectionClosed();
      const answered = new Promise<LongAnswer>((resolve) => this.#worker.once('message', resolve));
      this.#worker.postMessage(call, call.body ? [call.body.buffer] : []);
      const ended = this.ended.then(({ error }) => {
        if (signal.aborted) throw connectionClosed();
        throw brokenOff(call, error);
      });
      const answer = await Promise.race([answered, ended]);
      // Its thread is ending already, so it takes no other call.
      if (leave.aborted) throw signal.aborted ? connectionClosed() : brokenOff(call, null);
      return answer;
    } catch (error) {
      await this.#worker.terminate();
      throw error;
    } finally {
      leave.removeEventListener('abort', breakOff);
    }
  }

  async stop(): Promise<void> {
    this.#worker.postMessage(STOP);
    const late = setTimeout(() => void this.#worker.terminate(), STOP_WITHIN_MS);
    await this.ended;
    clearTimeout(late);
  }
}

const connectionClosed = () =>
  new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', message: 'The connection was closed.' });

/** What the caller is told of a thread that ended in their call: how it ended, what it means for what is saved, and the way out. */
function brokenOff({ url }: LongCall, cause: unknown): TRPCError {
  const full = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  const saved = url.startsWith('/trpc/csv.import')
    ? ' Either all of it is imported or nothing: choose the file again to see which.'
    : '';
  return full
    ? new TRPCError({
        code: 'PAYLOAD_TOO_LARGE',
        message: `This takes more memory than the server has for one file.${saved} Split the file, or choose fewer events.`,
      })
    : new TRPCError({
        code: 'SERVICE_UNAVAILABLE',
        message: `The server broke off the work on this file.${saved} Try again in a moment.`,
      });
}
