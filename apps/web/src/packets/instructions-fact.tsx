import type { EventRow, Instructions } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { ExternalLink } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { useFormatMoment } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { LoadError, Refusal } from '../ui/states.tsx';
import { PacketButton } from './packet-button.tsx';
import { pagesInWords, sizeInWords } from './sizes.ts';

/** The instructions of an event: the link, how far its file was fetched, and its packet. */
export function InstructionsFact({ row }: { row: EventRow }) {
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const { eventId } = row.event;
  const query = trpc.packets.instructions.useQuery({ eventId });
  const fetching = trpc.packets.fetchInstructions.useMutation({
    onSuccess: (instructions) => utils.packets.instructions.setData({ eventId }, instructions),
  });
  const { data } = query;
  if (query.isError && !data)
    return <LoadError what="the instructions" error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div className="grid gap-1.5">
      {row.instructionsUrl && (
        <a
          href={row.instructionsUrl}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-1 justify-self-start text-accent-text underline"
        >
          Open <ExternalLink aria-hidden className="size-3.5" />
          <span className="sr-only">in a new tab</span>
        </a>
      )}
      <div role="status" className="grid min-h-5 gap-0.5 text-ink-2">
        {data && <State instructions={data} />}
      </div>
      <div className="flex flex-wrap gap-2">
        <PacketButton subject={{ storeId: row.storeId, eventId }} label="Print packet" />
        {mayWrite && data && data.state !== 'no_link' && (
          <Button
            look="quiet"
            busy={fetching.isPending || data.state === 'waiting'}
            busyLabel="Fetching…"
            onClick={() => fetching.mutate({ eventId })}
          >
            {data.file || data.state === 'failed' ? 'Fetch again' : 'Fetch'}
          </Button>
        )}
      </div>
      <Refusal error={fetching.error} />
    </div>
  );
}

function State({ instructions: { state, file, failure } }: { instructions: Instructions }) {
  const formatMoment = useFormatMoment();
  if (state === 'no_link') return <p>Crossmark has no link for this event.</p>;
  return (
    <>
      {file && (
        <p>
          PDF, {pagesInWords(file.pages)}, {sizeInWords(file.size)}, fetched {formatMoment(file.fetchedAt)}
        </p>
      )}
      {!file && state !== 'failed' && <p>The file is not here yet.</p>}
      {failure && (
        <p className={state === 'failed' ? 'text-failed' : ''}>
          {failure}
          {state === 'waiting' && ' It is attempted again by itself.'}
        </p>
      )}
    </>
  );
}
