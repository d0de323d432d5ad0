import type { Db } from '@scheduler/db';
import type { Actor } from './context.ts';
import type { RefreshRun, SyncDetail, SyncSummary } from './views.ts';
export async function syncDetail(_db: Db, _eventId: number): Promise<SyncDetail> {
  throw new Error('not built yet');
}
export async function retrySync(_db: Db, _a: Actor, _eventId: number): Promise<{ retrying: boolean }> {
  throw new Error('not built yet');
}
export async function syncSummary(_db: Db): Promise<SyncSummary> {
  throw new Error('not built yet');
}
export async function refreshNow(_db: Db, _a: Actor): Promise<{ runId: number }> {
  throw new Error('not built yet');
}
export async function refreshRun(_db: Db, _runId: number): Promise<RefreshRun> {
  throw new Error('not built yet');
}
