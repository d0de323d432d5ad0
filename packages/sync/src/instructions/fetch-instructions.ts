import { createHash } from 'node:crypto';
import { CrossmarkError } from '@scheduler/crossmark';
import { type Db, eventInstructions, events, instructionFiles } from '@scheduler/db';
import { inspectPdf, PdfFault, startsLikePdf } from '@scheduler/pdf';
import { cleanText } from '@scheduler/runtime';
import { and, eq, sql } from 'drizzle-orm';
import { closeAttempt, openAttempt } from '../attempts/attempt-rows.ts';
import type { RetryPolicy } from '../attempts/retry-policy.ts';
import { type Attempt, runAttempt, type TaskResult } from '../attempts/run-attempt.ts';
import { lookAgainAfterMs } from '../breaker/unreachable.ts';
import type { JobInfo, SyncContext } from '../context.ts';
import { instructionsJobKey } from '../queue/contracts.ts';
import { addJobs } from '../queue/graphile.ts';
import { FileRefusedError, FileUnavailableError } from './download.ts';

/** Retries over about an hour. Then a person may ask again. */
const MOST_RETRIES = 6;

/** A file to be fetched. */
interface Wanted {
  eventId: number;
  storeId: number;
  link: string;
  linkHash: string;
  failedAttempts: number;
}

/**
 * Fetches the file behind an event's link, checks that it is a PDF that can be printed, and stores
 * it. If it can't be fetched, the event's row says why. No schedule depends on it, so a file that
 * can't be had is never a dead letter.
 */
export async function fetchInstructions(
  ctx: SyncContext,
  eventId: number,
  job: JobInfo,
): Promise<TaskResult> {
  const { db } = ctx;
  const wanted = await readWanted(db, eventId);
  // A job that comes twice, or too late.
  if (!wanted) return { outcome: 'nothing' };
  const id = await openAttempt(db, job, { number: wanted.failedAttempts + 1 });
  const attempt = attemptOf(db, wanted, id);
  const ended = await runAttempt(attempt, {
    job,
    policy: policyOf(ctx.settings.retry),
    describe: async (error) => {
      if (error instanceof CrossmarkError)
        return { kind: error.kind, reason: error.message, retryAfterMs: error.retryAfterMs };
      if (error instanceof FileUnavailableError) return { kind: 'transient', reason: error.message };
      // Our own side failed: graphile-worker retries the job, which opens another attempt.
      await attempt.abandon('failed on our own side').catch(() => {});
      throw error;
    },
    work: async () => {
      try {
        const { size, pages } = await fetchFile(ctx, wanted, job.signal);
        await closeAttempt(db, id, { outcome: 'done' });
        return { outcome: 'done', summary: `fetched ${pages} pages, ${Math.ceil(size / 1_000)} kB` };
      } catch (error) {
        if (!(error instanceof FileRefusedError || error instanceof PdfFault)) throw error;
        await markFailed(db, wanted, error.message);
        await closeAttempt(db, id, { outcome: 'nothing', summary: error.message });
        return { outcome: 'nothing', summary: error.message };
      }
    },
  });
  return ended.outcome === 'dead' ? { ...ended, outcome: 'nothing' } : ended;
}

const policyOf = (policy: RetryPolicy): RetryPolicy => ({
  ...policy,
  maxRetries: Math.min(policy.maxRetries, MOST_RETRIES),
  endsSession: true,
});

/** Reads what is to be fetched; null if nothing is. */
async function readWanted(db: Db, eventId: number): Promise<Wanted | null> {
  const [row] = await db
    .select({ instructions: eventInstructions, link: events.instructionsUrl })
    .from(eventInstructions)
    .innerJoin(events, eq(events.id, eventInstructions.eventId))
    .where(and(eq(eventInstructions.eventId, eventId), eq(eventInstructions.state, 'waiting')));
  if (!row?.link) return null;
  const { storeId, linkHash, failedAttempts } = row.instructions;
  return { eventId, storeId, link: row.link, linkHash, failedAttempts };
}

async function fetchFile(
  { db, downloads }: SyncContext,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<{ size: number; pages: number }> {
  const content = await downloads.read(wanted.link, signal);
  if (!startsLikePdf(content))
    throw new FileRefusedError('The link leads to something else than a PDF, such as a web page.');
  const pages = await inspectPdf(content, signal);
  const hash = createHash('sha256').update(content).digest('hex');
  const size = content.length;
  await db.transaction(async (tx) => {
    await tx
      .insert(instructionFiles)
      .values({ storeId: wanted.storeId, hash, size, pages, content })
      // Touched, so that pruning leaves it alone.
      .onConflictDoUpdate({
        target: [instructionFiles.storeId, instructionFiles.hash],
        set: { storedAt: sql`app_now()` },
      });
    await tx
      .update(eventInstructions)
      .set({
        state: 'fetched',
        failure: null,
        failedAttempts: 0,
        failingSince: null,
        fileHash: hash,
        fetchedAt: sql`app_now()`,
      })
      .where(isStill(wanted));
  });
  return { size, pages };
}

/** The link has not changed since. Otherwise another job is queued. */
const isStill = ({ eventId, linkHash }: Wanted) =>
  and(eq(eventInstructions.eventId, eventId), eq(eventInstructions.linkHash, linkHash));

async function markFailed(db: Pick<Db, 'update'>, wanted: Wanted, reason: string): Promise<void> {
  await db
    .update(eventInstructions)
    .set({ state: 'failed', failure: cleanText(reason) })
    .where(isStill(wanted));
}

/** An attempt whose failures are counted in the row of the event's instructions. */
function attemptOf(db: Db, wanted: Wanted, id: number): Attempt {
  const { eventId } = wanted;
  const next = {
    task: 'fetch_instructions' as const,
    payload: { eventId },
    key: instructionsJobKey(eventId),
  };
  return {
    handBack: (afterMs, summary) =>
      db.transaction(async (tx) => {
        await addJobs(tx, [{ ...next, afterMs }]);
        await closeAttempt(tx, id, { outcome: 'interrupted', summary });
      }),
    fail: ({ kind: failureKind, reason: failureReason }, decide) =>
      db.transaction(async (tx) => {
        const [row] = await tx
          .select({
            earlierAttempts: eventInstructions.failedAttempts,
            failingForMs: sql<number>`coalesce(extract(epoch from app_clock() - ${eventInstructions.failingSince}) * 1000, 0)::float8`,
          })
          .from(eventInstructions)
          .where(isStill(wanted))
          .for('update');
        const verdict = row ? decide(row) : ({ dead: true } as const);
        const failure = { failureKind, failureReason };
        if (verdict.dead) {
          await markFailed(tx, wanted, failureReason);
          await closeAttempt(tx, id, { ...failure, outcome: 'nothing' });
          return 'dead';
        }
        const { waitsFor: host, retryInMs } = verdict;
        await addJobs(tx, [{ ...next, afterMs: host ? await lookAgainAfterMs(tx, host) : retryInMs }]);
        await tx
          .update(eventInstructions)
          .set({
            failure: cleanText(failureReason),
            ...(verdict.spent && {
              failedAttempts: sql`${eventInstructions.failedAttempts} + 1`,
              failingSince: sql`coalesce(${eventInstructions.failingSince}, app_clock())`,
            }),
          })
          .where(isStill(wanted));
        const nextAttemptAt = sql`app_clock() + ${retryInMs} * interval '1 millisecond'`;
        await closeAttempt(tx, id, {
          ...failure,
          ...(host ? { outcome: 'waiting' } : { outcome: 'retry', nextAttemptAt }),
        });
        return 'retry';
      }),
    abandon: (summary) => closeAttempt(db, id, { outcome: 'interrupted', summary }),
  };
}
