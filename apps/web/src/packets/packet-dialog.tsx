import type { Packet, PacketEvent } from '@scheduler/server/router';
import { Button, buttonClass } from '@scheduler/ui/button';
import { useQuery } from '@tanstack/react-query';
import { CircleAlert, Download, Printer } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatDay, formatTime, formatWhen } from '../lib/time.ts';
import { Dialog } from '../ui/dialog.tsx';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import { pagesInWords } from './sizes.ts';

/** What a packet is of: an event, or a day, of a store. */
export type PacketSubject = { storeId: number; eventId: number } | { storeId: number; day: string };

/**
 * Makes the packet of an event or a day, says what is missing in it, and offers it to be printed or
 * saved.
 */
export function PacketDialog({ subject, onClose }: { subject: PacketSubject; onClose: () => void }) {
  const query = trpc.packets.get.useQuery(subject);
  const file = usePacketFile(subject);
  const name = 'day' in subject ? `packet-${subject.day}.pdf` : `packet-event-${subject.eventId}.pdf`;
  return (
    <Dialog
      title={'day' in subject ? `Packet of ${formatDay(subject.day)}` : 'Packet of the event'}
      description="One PDF: a cover, the instructions, and the store’s own sheets."
      onClose={onClose}
      footer={
        file.url ? (
          <>
            <a href={file.url} download={name} className={buttonClass('plain')}>
              <Download aria-hidden className="size-4" />
              Save
            </a>
            <OpenLink url={file.url} />
          </>
        ) : (
          <Button onClick={onClose}>{file.problem ? 'Close' : 'Cancel'}</Button>
        )
      }
    >
      <div className="grid gap-4">
        <MakingState {...file} />
        <QueryView
          what="the parts of the packet"
          queries={[query]}
          data={query.data}
          skeleton={<SkeletonRows count={4} height="h-9" />}
        >
          {(packet) => <Parts packet={packet} />}
        </QueryView>
      </div>
    </Dialog>
  );
}

/** The link to the ready packet, which takes the focus from the button that was there before. */
function OpenLink({ url }: { url: string }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus({ preventScroll: true }), []);
  return (
    <a ref={link} href={url} target="_blank" rel="noreferrer" className={buttonClass('primary')}>
      <Printer aria-hidden className="size-4" />
      Open to print<span className="sr-only">, in a new tab</span>
    </a>
  );
}

function MakingState({ url, problem, makeAgain }: ReturnType<typeof usePacketFile>) {
  if (problem)
    return (
      <div
        role="alert"
        className="flex flex-wrap items-center gap-2 rounded-md border border-failed/40 bg-failed-soft p-2.5 text-sm"
      >
        <CircleAlert aria-hidden className="size-4 shrink-0 text-failed" />
        <p className="min-w-0 flex-1 basis-48">{problem}</p>
        <Button onClick={makeAgain}>Try again</Button>
      </div>
    );
  return (
    <div role="status" className="grid gap-1.5 text-sm">
      <p className="font-medium">{url ? 'The packet is ready.' : 'Making the packet…'}</p>
      {!url && <progress aria-label="Making the packet" className="h-1.5 w-full accent-accent" />}
    </div>
  );
}

function Parts({ packet }: { packet: Packet }) {
  const { events, templates, day, store } = packet;
  const missing = events.filter(({ pages }) => pages === null);
  return (
    <>
      {missing.length > 0 && (
        <p className="text-sm">
          <strong className="font-medium text-failed">
            {missing.length === 1
              ? '1 file of instructions is'
              : `${missing.length} files of instructions are`}{' '}
            missing.
          </strong>{' '}
          The cover says so, with the reason.
        </p>
      )}
      {events.length === 0 ? (
        <p className="text-sm">Nobody is scheduled on this day, so there is only a cover.</p>
      ) : (
        <ul className="divide-y divide-line text-sm" aria-label="Events of the packet">
          {events.map((event) => (
            <li key={event.eventId} className="grid gap-0.5 py-1.5">
              <div className="flex items-baseline gap-2">
                <span className="min-w-0 flex-1 wrap-anywhere">
                  <span className="font-medium">{startOf(event, day, store.timeZone)}</span> {event.title}
                  {event.person && <span className="text-ink-2">, {event.person}</span>}
                </span>
                {event.pages === null ? (
                  <span className="shrink-0 font-medium text-failed">Missing</span>
                ) : (
                  <span className="shrink-0 text-ink-2">{pagesInWords(event.pages)}</span>
                )}
              </div>
              {event.reason && <p className="text-xs text-ink-2">{event.reason}</p>}
            </li>
          ))}
        </ul>
      )}
      {templates.length > 0 && (
        <div className="text-sm">
          <h3 className="font-medium">The store’s own sheets</h3>
          <ul className="mt-1 grid gap-0.5">
            {templates.map(({ id, name, level, pages }) => (
              <li key={id}>
                {name}
                <span className="text-ink-2">
                  {level === 'event' ? ', after each event' : ', at the end'}, {pagesInWords(pages)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function startOf({ startsAt }: PacketEvent, day: string | null, timeZone: string): string {
  if (startsAt === null) return 'Not scheduled:';
  return day === null ? formatWhen(startsAt, timeZone) : formatTime(startsAt, timeZone);
}

/** How long the address of a file works after its dialog was closed: its tab may still load it. */
const KEPT_MS = 60_000;

/** Has the packet made, and returns its address in this browser, or a sentence about a failure. */
function usePacketFile(subject: PacketSubject) {
  const [url, setUrl] = useState<string>();
  const address =
    'day' in subject
      ? `/api/stores/${subject.storeId}/packets/days/${subject.day}`
      : `/api/stores/${subject.storeId}/packets/events/${subject.eventId}`;
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['packet file', address],
    queryFn: ({ signal }) => fetchFile(address, signal),
    // Each dialog has it made anew, because what it consists of may have changed. Nothing else does,
    // not even a read of all queries: the user may be looking at the file.
    gcTime: 0,
    staleTime: 'static',
    retry: false,
  });
  useEffect(() => {
    if (!data) return;
    const made = URL.createObjectURL(data);
    setUrl(made);
    return () => {
      setTimeout(() => URL.revokeObjectURL(made), KEPT_MS);
    };
  }, [data]);
  return {
    url,
    problem: error && !isFetching ? error.message : undefined,
    makeAgain: () => void refetch(),
  };
}

async function fetchFile(address: string, signal: AbortSignal): Promise<Blob> {
  const answer = await fetch(address, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error('The scheduling server did not answer. Nothing was printed.', { cause: error });
  });
  if (answer.ok) return answer.blob();
  const said: unknown = await answer.json().catch(() => null);
  const message = said && typeof said === 'object' && 'message' in said ? said.message : null;
  throw new Error(
    typeof message === 'string' ? message : 'The packet could not be made. Try again in a moment.',
  );
}
