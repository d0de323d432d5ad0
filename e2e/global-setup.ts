import { startTestPostgres } from '@scheduler/db/testing';
import { makeDemoTemplate } from '@scheduler/scripts/infrastructure';

/** Vitest global set-up of the browser tests: one throw-away Postgres server with the demo data, which every stack copies. */
export default async function startDemoPostgres(): Promise<() => Promise<void>> {
  const stop = await startTestPostgres();
  await makeDemoTemplate();
  return stop;
}
