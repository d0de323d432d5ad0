import type { Db } from '@scheduler/db';
import type { Actor } from './context.ts';
import type { BoardSchedule, Saved } from './views.ts';
export async function getSchedule(_db: Db, _id: number): Promise<BoardSchedule> {
  throw new Error('not built yet');
}
export async function createSchedule(_db: Db, _a: Actor, _input: object): Promise<Saved> {
  throw new Error('not built yet');
}
export async function rescheduleSchedule(_db: Db, _a: Actor, _input: object): Promise<Saved> {
  throw new Error('not built yet');
}
export async function rescheduleEvent(_db: Db, _a: Actor, _input: object): Promise<Saved> {
  throw new Error('not built yet');
}
export async function changeEmployee(_db: Db, _a: Actor, _input: object): Promise<Saved> {
  throw new Error('not built yet');
}
export async function tradeSchedules(_db: Db, _a: Actor, _input: object): Promise<{ a: Saved; b: Saved }> {
  throw new Error('not built yet');
}
export async function unscheduleSchedule(_db: Db, _a: Actor, _input: object): Promise<Saved> {
  throw new Error('not built yet');
}
