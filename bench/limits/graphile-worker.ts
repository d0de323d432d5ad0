/**
 * The least cost of a job that posts a booking with graphile-worker: no lease, no journal, no
 * record of its outcome.
 */
import { run } from 'graphile-worker';
import { type BookingForm, bookerFromEnv, setting } from './booking.ts';

const concurrency = Number(setting('CONCURRENCY'));
const book = bookerFromEnv(concurrency);
const runner = await run({
  connectionString: setting('DATABASE_URL'),
  concurrency,
  maxPoolSize: Math.min(concurrency, 10) + 2,
  taskList: { book: (payload) => book(payload as BookingForm) },
});
await runner.promise;
