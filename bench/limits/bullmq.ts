/** The usual alternative in Node: BullMQ on Redis, with a job that posts a booking. */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type BookingForm, bookerFromEnv, setting } from './booking.ts';

const QUEUE = 'book';
const connectionTo = (redisUrl: string) => new Redis(redisUrl, { maxRetriesPerRequest: null });

/** Adds a job for each booking to the empty queue. */
export async function fill(redisUrl: string, forms: readonly BookingForm[]): Promise<void> {
  const connection = connectionTo(redisUrl);
  const queue = new Queue(QUEUE, { connection });
  await queue.obliterate({ force: true });
  for (let from = 0; from < forms.length; from += 1_000) {
    await queue.addBulk(forms.slice(from, from + 1_000).map((data) => ({ name: QUEUE, data })));
  }
  await queue.close();
  connection.disconnect();
}

/** Returns a function that counts the jobs that are done. */
export async function watch(redisUrl: string): Promise<{ done(): Promise<number>; close(): Promise<void> }> {
  const connection = connectionTo(redisUrl);
  const queue = new Queue(QUEUE, { connection });
  return {
    done: () => queue.getCompletedCount(),
    close: async () => {
      await queue.close();
      connection.disconnect();
    },
  };
}

if (import.meta.main) {
  const concurrency = Number(setting('CONCURRENCY'));
  const book = bookerFromEnv(concurrency);
  const connection = connectionTo(setting('REDIS_URL'));
  new Worker<BookingForm>(QUEUE, ({ data }) => book(data), { connection, concurrency });
}
