import type { Packet, PacketEvent, PacketGap } from '@scheduler/server/router';
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
          {(packet) => <Parts packet={file.gaps ? asMade(packet, file.gaps) : packet} />}
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

/** A packet as it is listed: `pages` is null for what is missing, and undefined if nobody counted them. */
interface Listed extends Omit<Packet, 'events' | 'templates'> {
  events: (Omit<PacketEvent, 'pages'> & { pages: number | null | undefined })[];
  templates: (Omit<Packet['templates'][number], 'pages'> & {
    pages: number | null;
    reason?: string | null;
  })[];
}

/**
 * A packet as its file was made. The file decides: a part that was here may have been left out, and
 * instructions that were missing may have arrived while it was made.
 */
function asMade(packet: Packet, gaps: readonly PacketGap[]): Listed {
  const gapOfEvent = new Map(gaps.flatMap((gap) => gap.eventIds.map((id) => [id, gap])));
  const gapOfTemplate = new Map(gaps.flatMap((gap) => gap.templateIds.map((id) => [id, gap])));
  return {
    ...packet,
    events: packet.events.map((event) => {
      const gap = gapOfEvent.get(event.eventId);
      if (gap) return { ...event, pages: null, reason: gap.reason ?? event.reason };
      return event.pages === null ? { ...event, pages: undefined, reason: null } : event;
    }),
    templates: packet.templates.map((template) => {
      const gap = gapOfTemplate.get(template.id);
      return gap ? { ...template, pages: null, reason: gap.reason } : template;
    }),
  };
}

function Parts({ packet }: { packet: Listed }) {
  const { events, templates, day, store } = packet;
  const missing = [
    {
      count: events.filter(({ pages }) => pages === null).length,
      one: 'file',
      more: 'files',
      of: 'of instructions',
    },
    {
      count: templates.filter(({ pages }) => pages === null).length,
      one: 'sheet',
      more: 'sheets',
      of: 'of the store',
    },
  ].filter(({ count }) => count > 0);
  return (
    <>
      {missing.length > 0 && (
        <p className="text-sm">
          <strong className="font-medium text-failed">
            {missing
              .map(({ count, one, more, of }) => `${count} ${count === 1 ? one : more} ${of}`)
              .join(' and ')}{' '}
            {missing.length === 1 && missing[0]?.count === 1 ? 'is' : 'are'} missing.
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
                <Pages pages={event.pages} />
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
            {templates.map(({ id, name, level, pages, reason }) => (
              <li key={id} className="grid gap-0.5">
                <div className="flex items-baseline gap-2">
                  <span className="min-w-0 flex-1 wrap-anywhere">
                    {name}
                    <span className="text-ink-2">
                      {level === 'event' ? ', after each event' : ', at the end'}
                    </span>
                  </span>
                  <Pages pages={pages} />
                </div>
                {reason && <p className="text-xs text-ink-2">{reason}</p>}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** How many pages a part has, or that it is missing. */
function Pages({ pages }: { pages: number | null | undefined }) {
  if (pages === null) return <span className="shrink-0 font-medium text-failed">Missing</span>;
  return (
    <span className="shrink-0 text-ink-2">{pages === undefined ? 'Included' : pagesInWords(pages)}</span>
  );
}

function startOf({ startsAt }: Pick<PacketEvent, 'startsAt'>, day: string | null, timeZone: string): string {
  if (startsAt === null) return 'Not scheduled:';
  return day === null ? formatWhen(startsAt, timeZone) : formatTime(startsAt, timeZone);
}

/** How long the address of a file works after its dialog was closed: its tab may still load it. */
const KEPT_MS = 60_000;

/**
 * Has the packet made, and returns its address in this browser and what the file lacks, or a
 * sentence about a failure.
 */
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
    const made = URL.createObjectURL(data.file);
    setUrl(made);
    return () => {
      setTimeout(() => URL.revokeObjectURL(made), KEPT_MS);
    };
  }, [data]);
  return {
    url,
    gaps: data?.gaps,
    problem: error && !isFetching ? error.message : undefined,
    makeAgain: () => void refetch(),
  };
}

async function fetchFile(
  address: string,
  signal: AbortSignal,
): Promise<{ file: Blob; gaps: PacketGap[] | undefined }> {
  const answer = await fetch(address, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error('The scheduling server did not answer. Nothing was printed.', { cause: error });
  });
  if (answer.ok) {
    const gaps = answer.headers.get('x-packet-gaps');
    // While the server is upgraded, one of the version before may answer without the header.
    return { file: await answer.blob(), gaps: gaps ? JSON.parse(gaps) : undefined };
  }
  const said: unknown = await answer.json().catch(() => null);
  const message = said && typeof said === 'object' && 'message' in said ? said.message : null;
  throw new Error(
    typeof message === 'string' ? message : 'The packet could not be made. Try again in a moment.',
  );
}
