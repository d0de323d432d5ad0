import { formatDuration } from './format.ts';
import { trpc } from './trpc.ts';
import { At } from './ui.tsx';

const POLL_MS = 3_000;

export function Attempts(props: { eventId: number; now: string }) {
  const attempts = trpc.attempts.useQuery({ eventId: props.eventId }, { refetchInterval: POLL_MS });
  if (attempts.error) return <p className="text-failed">{attempts.error.message}</p>;
  if (!attempts.data) return <p className="text-ink-3">Loading…</p>;
  if (attempts.data.length === 0) return <p className="text-ink-2">Nothing yet: no worker has taken it.</p>;
  return (
    <ol className="mt-1 grid gap-1 border-l-2 border-line pl-3">
      {attempts.data.map((one) => (
        <li key={one.id}>
          <At at={one.startedAt} now={props.now} />{' '}
          <span className="font-medium">{one.outcome ?? 'running'}</span>
          {one.finishedAt && (
            <span className="text-ink-3">
              {' '}
              after {formatDuration(Date.parse(one.finishedAt) - Date.parse(one.startedAt))}
            </span>
          )}
          {one.detail && <span className="text-ink-2">: {one.detail}</span>}
        </li>
      ))}
    </ol>
  );
}
