import type { Db } from '@scheduler/db';
import type { ScheduleOptions } from './views.ts';
export async function scheduleOptions(_db: Db, _input: object): Promise<ScheduleOptions> {
  throw new Error('not built yet');
}
