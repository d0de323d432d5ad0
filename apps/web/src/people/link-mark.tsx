import type { Employee, RepReading } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { CircleCheck, RefreshCw, TriangleAlert } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useFormatMoment } from '../lib/time.ts';
import { useHasAllStores } from '../shell/use-session.ts';
import { toast } from '../ui/toast.tsx';

const LINKS: Record<Employee['linkState'], { word: string; look: string }> = {
  linked: { word: 'Linked', look: 'text-synced' },
  unchecked: { word: 'Being looked up…', look: 'text-pending' },
  not_found: { word: 'Not found', look: 'text-waiting' },
  ambiguous: { word: 'Several fit', look: 'text-waiting' },
  taken: { word: 'RepID taken', look: 'text-failed' },
};

/** A person's link to Crossmark. Without it none of their schedules can be booked. */
export function LinkMark({ person }: { person: Employee }) {
  const { word, look } = LINKS[person.linkState];
  const Icon = person.linkState === 'linked' ? CircleCheck : TriangleAlert;
  return (
    <span className={`block text-xs ${look}`}>
      <span className="inline-flex items-center gap-1 font-medium">
        <Icon aria-hidden className="size-3.5" />
        {word}
        {person.repId && <span className="font-normal text-ink-2">RepID {person.repId}</span>}
      </span>
      {person.linkReason && (
        <span className="block max-w-80 text-ink-2">{asSentence(person.linkReason)}</span>
      )}
    </span>
  );
}

const asSentence = (reason: string): string =>
  `${reason[0]?.toUpperCase()}${reason.slice(1)}${reason.endsWith('.') ? '' : '.'}`;

/** The age of the rep list, a button to read it again, and the reason if that takes long. */
export function RepListAge({ reading, readAt }: { reading: RepReading | null; readAt: string | null }) {
  const formatMoment = useFormatMoment();
  const utils = trpc.useUtils();
  const hasAllStores = useHasAllStores();
  const read = trpc.reps.read.useMutation({
    onSuccess: () => utils.reps.invalidate(),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });
  const running = reading?.state === 'queued';
  const stateSentence = (): string => {
    if (reading?.state === 'queued') {
      return reading.failureReason
        ? `Crossmark could not be read yet: ${reading.failureReason} It is retried automatically.`
        : 'Reading Crossmark’s rep list…';
    }
    if (reading?.state === 'failed') return `The last reading failed: ${reading.failureReason}`;
    return readAt
      ? `Crossmark’s list as of ${formatMoment(readAt)}`
      : 'Crossmark’s rep list was not read yet.';
  };
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-sm">
      <span role="status" className={reading?.state === 'failed' ? 'text-failed' : 'text-ink-2'}>
        {stateSentence()}
      </span>
      {hasAllStores && (
        <Button busy={running || read.isPending} busyLabel="Reading…" onClick={() => read.mutate()}>
          <RefreshCw aria-hidden className="size-4" />
          {readAt ? 'Read it again' : 'Read it now'}
        </Button>
      )}
    </div>
  );
}
