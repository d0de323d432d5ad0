import type { Note, NoteSubject } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { FIELD_BOX } from '@scheduler/ui/field';
import { Pencil, StickyNote } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useFormatMoment } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { LoadError, Refusal } from '../ui/states.tsx';

/** The note about an event, a person or a day, which dispatchers write and change in place. */
export function NoteSection({
  subject,
  Heading = 'h3',
}: {
  subject: NoteSubject;
  /** The level of its heading on this page. */
  Heading?: 'h2' | 'h3';
}) {
  const heading = useId();
  const mayWrite = useMayWrite();
  const formatMoment = useFormatMoment();
  const query = trpc.notes.get.useQuery({ subject });
  const [edited, setEdited] = useState<Note | null>();
  const note = query.data;
  if (query.isError && note === undefined)
    return <LoadError what="the note" error={query.error} onRetry={() => void query.refetch()} />;
  if (note === undefined || (note === null && !mayWrite)) return null;
  if (edited !== undefined)
    return (
      <section aria-labelledby={heading} className="grid gap-1.5">
        <Heading id={heading} className="text-sm font-semibold">
          Note
        </Heading>
        <NoteForm subject={subject} seen={edited} onClose={() => setEdited(undefined)} />
      </section>
    );
  return (
    <section aria-labelledby={heading} className="grid gap-1">
      <div className="flex items-center gap-2">
        <Heading id={heading} className={note ? 'text-sm font-semibold' : 'sr-only'}>
          Note
        </Heading>
        {mayWrite && (
          <Button look="quiet" className={note ? 'ml-auto' : '-ml-3'} onClick={() => setEdited(note)}>
            {note ? (
              <Pencil aria-hidden className="size-3.5" />
            ) : (
              <StickyNote aria-hidden className="size-3.5" />
            )}
            {note ? 'Edit note' : 'Add a note'}
          </Button>
        )}
      </div>
      {note && (
        <>
          <p className="text-sm wrap-anywhere whitespace-pre-line">{note.text}</p>
          <p className="text-xs text-ink-2">
            {note.writtenBy}, {formatMoment(note.writtenAt)}
          </p>
        </>
      )}
    </section>
  );
}

function NoteForm({
  subject,
  seen,
  onClose,
}: {
  subject: NoteSubject;
  /** The note when the form was opened. */
  seen: Note | null;
  onClose: () => void;
}) {
  const utils = trpc.useUtils();
  const [text, setText] = useState(seen?.text ?? '');
  const [version, setVersion] = useState(seen?.version ?? null);
  const saving = trpc.notes.save.useMutation({
    onSuccess: async () => {
      await utils.notes.invalidate();
      onClose();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    saving.mutate({ subject, version, text: text.trim() || null });
  };
  return (
    <form
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
      }}
      className="grid gap-2"
    >
      <textarea
        aria-label="Note"
        // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was pressed
        autoFocus
        rows={3}
        maxLength={1_000}
        value={text}
        onChange={(change) => setText(change.target.value)}
        className={`${FIELD_BOX} h-auto! py-1.5`}
      />
      <Refusal
        error={saving.error}
        onGoOn={(current) => {
          setVersion(current);
          saving.reset();
        }}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" busy={saving.isPending} busyLabel="Saving…">
          Save note
        </Button>
      </div>
    </form>
  );
}
