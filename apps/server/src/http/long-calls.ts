import { Worker } from 'node:worker_threads';
import type { SessionUser } from '@scheduler/auth';
import { boundMemory, isOutOfMemory, type Logger, nextAnswer, ThreadEnded } from '@scheduler/runtime';
import { TRPCError } from '@trpc/server';

/**
 * Procedures whose work grows with the length of a file or list. They run in threads of their own,
 * from the bytes of the request to the bytes of the answer, so that the main thread keeps answering
 * other requests.
 */
export const LONG_CALLS: readonly string[] = [
  'csv.preview',
  'csv.import',
  'csv.export',
  'csv.exportEvents',
  'packets.addTemplate',
];
/** The path of a call that makes a packet. Its query is the packet's subject. */
export const PACKET_CALL = '/packet';

/**
 * Heap of the thread. A file of 4 MB takes about 120 MB. There is one thread because a server has
 * 512 MB, and `pnpm attack` saw up to 566 MB with two threads, 428 MB with one.
 */
const THREAD_MEGABYTES = 160;
/**
 * Memory of the thread outside of its heap, where the bytes of PDF files are: those of a packet, the
 * merged file and one part on its way from the database.
 */
const BYTES_MEGABYTES = 192;
/** An idle thread ends after this time, to free its memory. */
const IDLE_MS = 60_000;
/** Longer calls are aborted. */
const LONGEST_CALL_MS = 5 * 60_000;
/** Work on PDF files takes seconds; one that takes longer was made to. */
const LONGEST_PDF_MS = 60_000;

/** A call as sent to its thread. */
export interface LongCall {
  method: string;
  /** Path and query. */
  url: string;
  /** The body, whose memory is transferred to the thread; null for a request without a body. */
  body: Uint8Array<ArrayBuffer> | null;
  user: SessionUser;
  requestId: string;
}

/** The answer of a call, and its error for the log. */
export interface LongAnswer {
  status: number;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer>;
  failures: { path: string | undefined; code: TRPCError['code']; error: Error }[];
}

/** The start parameters of a thread. */
export interface ThreadData {
  databaseUrl: string;
}

/** Asks a thread to close its connections and end. */
export const STOP = 'stop';

/** Runs {@link LONG_CALLS} in threads. */
export interface LongCalls {
  /**
   * Answers a call in its turn: each user has one running call, and users take turns. If `signal`
   * aborts, the call is dropped or aborted, its transaction is rolled back, and its thread is free
   * for the next one.
   * @throws {TRPCError} the thread ended before it answered; the message is a sentence for people
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

/** The first call starts the first thread. */
export function openLongCalls(options: {
  databaseUrl: string;
  log: Logger;
  /** The file of the thread; tests use another one. */
  file?: URL;
}): LongCalls {
  const { log, file = THREAD_FILE } = options;
  let thread: Thread | undefined;
  let isBusy = false;
  /** Ends the thread once it has been idle for long enough. */
  let idleTimer: NodeJS.Timeout | undefined;
  /** Waiting calls by user; the user served last is last. */
  const waiting = new Map<string, Waiting[]>();

  const start = (): Thread => {
    const started = new Thread(file, { databaseUrl: options.databaseUrl });
    void started.ended.then(({ error }) => {
      if (error) log.error({ err: error }, 'a thread for long calls ended');
      if (thread === started) thread = undefined;
    });
    return started;
  };

  const next = (): void => {
    const [turn] = waiting;
    if (isBusy || !turn) return;
    const [user, [first, ...others]] = turn;
    if (others.length > 0) waiting.set(user, others);
    else waiting.delete(user);
    if (first) void serve(user, first);
  };

  const serve = async (user: string, request: Waiting): Promise<void> => {
    isBusy = true;
    clearTimeout(idleTimer);
    thread ??= start();
    const serving = thread;
    try {
      request.resolve(await serving.answer(request.call, request.signal));
      idleTimer = setTimeout(() => {
        // A call that comes while it ends takes a new one.
        thread = undefined;
        void serving.stop();
      }, IDLE_MS).unref();
    } catch (error) {
      request.reject(error);
    } finally {
      isBusy = false;
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
      clearTimeout(idleTimer);
      await thread?.stop();
    },
  };
}

/** In a build the file is beside the bundle. */
const THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './long-call-thread.ts' : './long-call-thread.js',
  import.meta.url,
);

const STOP_WITHIN_MS = 5_000;

/** A thread that answers one call at a time. It ends on request, or when its call is aborted. */
class Thread {
  /** Resolves when the thread has ended, with the error that ended it, if any. */
  readonly ended: Promise<{ error: unknown }>;
  readonly #worker: Worker;
  #isOutOfBytes = false;

  constructor(file: URL, workerData: ThreadData) {
    this.#worker = new Worker(file, {
      name: 'long calls',
      workerData,
      execArgv: [],
      // A larger young generation may exceed the limit at once, which would end the whole process.
      resourceLimits: { maxOldGenerationSizeMb: THREAD_MEGABYTES, maxYoungGenerationSizeMb: 8 },
    });
    boundMemory(this.#worker, {
      megabytes: BYTES_MEGABYTES,
      onEnd: () => {
        this.#isOutOfBytes = true;
      },
    });
    let error: unknown = null;
    this.#worker.on('error', (thrown) => {
      error = thrown;
    });
    this.ended = new Promise((resolve) => this.#worker.once('exit', () => resolve({ error })));
  }

  async answer(call: LongCall, signal: AbortSignal): Promise<LongAnswer> {
    const longestMs = isAboutPdf(call) ? LONGEST_PDF_MS : LONGEST_CALL_MS;
    const leave = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
    try {
      const answer = nextAnswer<LongAnswer>(this.#worker, leave);
      if (!leave.aborted) this.#worker.postMessage(call, call.body ? [call.body.buffer] : []);
      return await answer;
    } catch (error) {
      if (!(error instanceof ThreadEnded)) throw error;
      throw signal.aborted ? connectionClosed() : brokenOff(call, this.#isOutOfBytes || isOutOfMemory(error));
    }
  }

  async stop(): Promise<void> {
    this.#worker.postMessage(STOP);
    const late = setTimeout(() => void this.#worker.terminate(), STOP_WITHIN_MS);
    await this.ended;
    clearTimeout(late);
  }
}

const isAboutPdf = ({ url }: LongCall) => url.startsWith(PACKET_CALL) || url.startsWith('/trpc/packets.');

const connectionClosed = () =>
  new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', message: 'The connection was closed.' });

/**
 * The error for the caller of a thread that ended: how it ended, whether anything was saved, and
 * what to do.
 */
function brokenOff(call: LongCall, isOutOfMemory: boolean): TRPCError {
  const { url } = call;
  if (isAboutPdf(call))
    return new TRPCError({
      code: 'PAYLOAD_TOO_LARGE',
      message: url.startsWith(PACKET_CALL)
        ? 'Making this packet takes more memory or time than the server has for one. Print its events one by one.'
        : 'Reading this PDF takes more memory or time than the server has for one file. Nothing was saved.',
    });
  const saved = url.startsWith('/trpc/csv.import')
    ? ' Either all of it is imported or nothing: choose the file again to see which.'
    : '';
  return isOutOfMemory
    ? new TRPCError({
        code: 'PAYLOAD_TOO_LARGE',
        message: `This takes more memory than the server has for one file.${saved} Split the file, or choose fewer events.`,
      })
    : new TRPCError({
        code: 'SERVICE_UNAVAILABLE',
        message: `The server broke off the work on this file.${saved} Try again in a moment.`,
      });
}
