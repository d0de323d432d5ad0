import type { Worker } from 'node:worker_threads';

/** A thread that ended before it answered. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
}

/**
 * Returns the next answer of a thread. If `signal` aborts before, or the thread fails, the thread
 * is ended.
 * @throws {ThreadEnded} it ended before; the error that ended it, if any, is the cause
 */
export async function nextAnswer<Answer>(thread: Worker, signal: AbortSignal): Promise<Answer> {
  const end = () => void thread.terminate();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const fail = (cause?: unknown) => reject(new ThreadEnded('The thread ended.', { cause }));
  const exit = () => fail();
  const take = (message: Answer) => isWatchReport(message) || resolve(message);
  thread.on('message', take).once('error', fail).once('exit', exit);
  signal.addEventListener('abort', end);
  if (signal.aborted) fail();
  try {
    const answer = await promise;
    // It is ending: it takes no further question, and its answer comes too late.
    if (signal.aborted) throw new ThreadEnded('The thread was ended.');
    return answer;
  } catch (error) {
    await thread.terminate();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
    thread.off('message', take).off('error', fail).off('exit', exit);
  }
}

/**
 * Whether a message is Node's own. Under `--watch-path`, as in `pnpm dev`, a thread first reports
 * each file that it loads.
 */
const isWatchReport = (message: unknown): boolean =>
  typeof message === 'object' &&
  message !== null &&
  ('watch:import' in message || 'watch:require' in message);

/** Whether a thread ended because it needed more memory than it has. */
export const isOutOfMemory = ({ cause }: ThreadEnded): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** How often the memory of a bounded thread is read. */
const READ_MEMORY_MS = 50;

/**
 * Ends a thread whose memory outside of its heap exceeds a limit. Node's own limits count only the
 * heap, and the bytes of files are outside of it. `onEnd` is called before.
 */
export function boundMemory(thread: Worker, limit: { megabytes: number; onEnd?: () => void }): void {
  const reading = setInterval(() => {
    thread.getHeapStatistics().then(
      ({ external_memory: bytes }) => {
        if (bytes <= limit.megabytes * 2 ** 20) return;
        clearInterval(reading);
        limit.onEnd?.();
        void thread.terminate();
      },
      // The thread has ended.
      () => clearInterval(reading),
    );
  }, READ_MEMORY_MS).unref();
  thread.once('exit', () => clearInterval(reading));
}
