import type { Db } from '@scheduler/db';
import type { EventList, EventRow } from './views.ts';
export async function listEvents(_db: Db, _input: object): Promise<EventList> {
  throw new Error('not built yet');
}
export async function getEvent(_db: Db, _eventId: number): Promise<EventRow> {
  throw new Error('not built yet');
}
