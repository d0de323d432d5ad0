import { startTestPostgres } from '@scheduler/db/testing';
import { makeDemoTemplate } from '@scheduler/scripts/infrastructure';

/**
 * The global set-up of the browser tests: starts one temporary Postgres server with the demo data,
 * which every stack copies.
 */
export default async function startDemoPostgres(): Promise<() => Promise<void>> {
  const stop = await startTestPostgres();
  await makeDemoTemplate();
  return stop;
}
