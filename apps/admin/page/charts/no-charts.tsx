import { At } from '../ui.tsx';
import type { Redis } from './ranges.ts';

/** What is said in place of charts. */
export function NoCharts({ redis, now }: { redis: Redis; now: string }) {
  return (
    <div role="status" className="rounded-lg border border-dashed border-line-strong px-4 py-6 text-ink-2">
      {redis.state === 'not-configured' && (
        <>
          <p className="font-medium text-ink">No charts: Redis is not configured.</p>
          <p>
            Set REDIS_URL for the worker and this page. Sync doesn’t need it; nothing but the charts and the
            last 24 hours of each figure is missing.
          </p>
        </>
      )}
      {redis.state === 'gone' && (
        <>
          <p className="font-medium text-ink">
            No charts: Redis has been gone since <At at={redis.since} now={now} />.
          </p>
          <p>
            Sync continues without it. Workers keep counting in memory for up to two hours, and the charts
            catch up when Redis is back.
          </p>
        </>
      )}
      {redis.state === 'connected' && <p>Loading charts…</p>}
    </div>
  );
}
