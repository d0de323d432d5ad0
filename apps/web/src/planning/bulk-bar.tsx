import { instantAt, timeOf } from '@scheduler/scheduling';
import type { BoardEvent } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { X } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { problemOf } from '../lib/problem.ts';
import { toast } from '../ui/toast.tsx';
import { type BulkResult, moveMany, saveMany, scheduleMany, unscheduleMany, type Waiting } from './bulk.ts';
import { BulkReasonDialog } from './bulk-reason-dialog.tsx';
import type { SeenSchedule } from './edit.ts';
import { useEdits } from './edits.ts';
import { clearSelection } from './selection.ts';

/** The look of the bar's fields. */
export const BULK_FIELD =
  'h-(--control-height) min-w-0 rounded-md border border-line-strong bg-surface px-1.5 pointer-coarse:h-11';

/** What can be done with all selected events at once: one call, and one undo. */
export function BulkBar({
  open,
  scheduled,
  people,
  timeZone,
  dayField,
  findStart,
  onFocusBack,
}: {
  /** The selected events without a schedule. */
  open: readonly BoardEvent[];
  /** The schedules of the other selected events. */
  scheduled: readonly SeenSchedule[];
  people: readonly { id: number; name: string }[];
  timeZone: string;
  /** The field of the day; `none` says what an empty one means. */
  dayField: (day: string, onDay: (day: string) => void, none: string) => ReactNode;
  /** Returns the start of an event on a person's day. */
  findStart: (event: BoardEvent, employeeId: number, day: string) => string | Promise<string>;
  /** Gives the focus that the bar had to the page. */
  onFocusBack: (act: 'schedule' | 'move' | 'unschedule') => void;
}) {
  const { refresh } = useEdits();
  const [person, setPerson] = useState('');
  const [day, setDay] = useState('');
  const [isSaving, setIsSaving] = useState(false);
  const [request, setRequest] = useState<{ waiting: Waiting; focus: () => void }>();
  const bar = useRef<HTMLElement>(null);
  const count = open.length + scheduled.length;
  const someone = people.find(({ id }) => id === Number(person));

  /**
   * Saves, and asks for a reason where one is needed. Then the bar is gone, and `focus` gives the
   * focus that it had to the page.
   */
  const run = async (send: () => Promise<BulkResult>, focus: () => void) => {
    setIsSaving(true);
    try {
      const { refused, waiting } = await saveMany(send, () => void refresh());
      flushSync(() => setRequest(waiting && { waiting, focus }));
      if (refused.length === 0 && !waiting) {
        // A dialog that closes gives the focus back to the bar in a task of its own.
        await new Promise((resolve) => setTimeout(resolve));
        if (bar.current?.contains(document.activeElement)) focus();
        clearSelection();
      }
    } catch (error) {
      toast(problemOf(error).message, { tone: 'problem' });
    } finally {
      setIsSaving(false);
      void refresh();
    }
  };
  const schedule = () => {
    if (!someone || !day) return;
    const { id: employeeId, name: employeeName } = someone;
    const place = async (event: BoardEvent) => {
      const startsAt = await findStart(event, employeeId, day);
      return { event, to: { employeeId, employeeName, startsAt } };
    };
    void run(
      async () => scheduleMany(await Promise.all(open.map(place))),
      () => onFocusBack('schedule'),
    );
  };
  const move = () => {
    const moves = scheduled.map((from) => {
      const startsAt = day ? instantAt(day, timeOf(from.startsAt, timeZone), timeZone) : from.startsAt;
      const { employeeId, employeeName } = from;
      const to = someone
        ? { employeeId: someone.id, employeeName: someone.name }
        : { employeeId, employeeName };
      return { from, to: { ...to, startsAt } };
    });
    void run(
      () => moveMany(moves),
      () => onFocusBack('move'),
    );
  };
  const unschedule = () =>
    void run(
      () => unscheduleMany(scheduled),
      () => onFocusBack('unschedule'),
    );
  return (
    <section
      ref={bar}
      aria-label="Selected events"
      className="fixed inset-x-3 bottom-[calc(var(--bottom-bar)+0.75rem)] z-40 mx-auto flex w-fit max-w-[calc(100vw-1.5rem)] flex-wrap items-center gap-2 rounded-md border border-line-strong bg-surface px-3 py-2 shadow-float"
    >
      <p role="status" className="font-semibold whitespace-nowrap">
        {count === 0 ? 'Click or tap events to select them' : `${count} selected`}
      </p>
      {count > 0 && (
        <>
          <select
            aria-label="Person"
            value={person}
            onChange={({ target }) => setPerson(target.value)}
            className={`${BULK_FIELD} w-40`}
          >
            <option value="">{open.length > 0 ? 'Choose a person' : 'Same person'}</option>
            {people.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          {dayField(day, setDay, open.length > 0 ? 'Choose a day' : 'Same day')}
        </>
      )}
      {open.length > 0 && (
        <Button look="primary" disabled={!someone || !day} busy={isSaving} onClick={schedule}>
          Schedule {open.length}
        </Button>
      )}
      {scheduled.length > 0 && (
        <>
          <Button disabled={!someone && !day} busy={isSaving} onClick={move}>
            Change {scheduled.length}
          </Button>
          <Button look="danger" busy={isSaving} onClick={unschedule}>
            Unschedule {scheduled.length}
          </Button>
        </>
      )}
      <IconButton label="Clear the selection" onClick={clearSelection}>
        <X aria-hidden className="size-4" />
      </IconButton>
      {request && (
        <BulkReasonDialog
          warnings={request.waiting.warnings}
          isSaving={isSaving}
          onSave={(reason) => void run(() => request.waiting.save(reason), request.focus)}
          onClose={() => setRequest(undefined)}
        />
      )}
    </section>
  );
}
