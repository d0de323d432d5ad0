import type { OpenSession } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Monitor } from 'lucide-react';
import { useFormatMoment } from '../lib/time.ts';

/** A user's sessions, each with a button to end it. */
export function SessionList({
  sessions,
  ending,
  onEnd,
}: {
  sessions: readonly OpenSession[];
  /** The id of the session that is being ended. */
  ending: string | undefined;
  onEnd: (sessionId: string) => void;
}) {
  const formatMoment = useFormatMoment();
  if (sessions.length === 0) return <p className="text-sm text-ink-2">Not signed in anywhere.</p>;
  return (
    <ul className="divide-y divide-line rounded-md border border-line">
      {sessions.map((session) => (
        <li key={session.id} className="flex items-center gap-3 px-3 py-2 text-sm">
          <Monitor aria-hidden className="size-4 shrink-0 text-ink-2" />
          <div className="min-w-0 flex-1">
            <p className="font-medium">
              {session.device}
              {session.app === 'Admin page' && <span className="font-normal text-ink-2">, admin page</span>}
            </p>
            <p className="text-xs text-ink-2">
              {session.address ? `From ${session.address}, ` : ''}since {formatMoment(session.signedInAt)},
              last used {formatMoment(session.lastUsedAt)}
            </p>
          </div>
          {session.current ? (
            <span className="text-xs font-medium text-synced">This one</span>
          ) : (
            <Button
              aria-label={`End the session on ${session.device}, last used ${formatMoment(session.lastUsedAt)}`}
              busy={ending === session.id}
              onClick={() => onEnd(session.id)}
            >
              End
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
