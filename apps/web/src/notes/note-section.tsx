import type { Note, NoteSubject } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { FIELD_BOX } from '@scheduler/ui/field';
import { Pencil, StickyNote } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useFormatMoment } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { LoadError, Refusal } from '../ui/states.tsx';
import { keyOf } from './notes-in-view.ts';

interface Props {
  subject: NoteSubject;
  /** The level of its heading on this page. */
  Heading?: 'h2' | 'h3';
}

/** What a user has begun to write: the text, and the version of the note that it replaces. */
interface Draft {
  text: string;
  version: number | null;
}

/**
 * What was written and not saved, by subject: the page may go on to another day by itself, at
 * midnight, and what was written waits there.
 */
const drafts = new Map<string, Draft>();

/**
 * The note about an event, a person or a day, which dispatchers write and change in place. What is
 * written about one subject is never shown or saved for another.
 */
export const NoteSection = (props: Props) => <NoteOfSubject key={keyOf(props.subject)} {...props} />;

function NoteOfSubject({ subject, Heading = 'h3' }: Props) {
  const heading = useId();
  const mayWrite = useMayWrite();
  const formatMoment = useFormatMoment();
  const query = trpc.notes.get.useQuery({ subject });
  const [edited, setEdited] = useState(() => drafts.get(keyOf(subject)));
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
        <NoteForm subject={subject} draft={edited} onClose={() => setEdited(undefined)} />
      </section>
    );
  return (
    <section aria-labelledby={heading} className="grid gap-1">
      <div className="flex items-center gap-2">
        <Heading id={heading} className={note ? 'text-sm font-semibold' : 'sr-only'}>
          Note
        </Heading>
        {mayWrite && (
          <Button
            look="quiet"
            className={note ? 'ml-auto' : '-ml-3'}
            onClick={() => setEdited(draftOf(note))}
          >
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

/** What the form begins with: the note that the user saw. */
const draftOf = (note: Note | null): Draft => ({ text: note?.text ?? '', version: note?.version ?? null });

function NoteForm({
  subject,
  draft: first,
  onClose,
}: {
  subject: NoteSubject;
  draft: Draft;
  onClose: () => void;
}) {
  const utils = trpc.useUtils();
  const [draft, setDraft] = useState(first);
  const { text, version } = draft;
  const change = (part: Partial<Draft>) => {
    const next = { ...draft, ...part };
    drafts.set(keyOf(subject), next);
    setDraft(next);
  };
  const close = () => {
    drafts.delete(keyOf(subject));
    onClose();
  };
  const saving = trpc.notes.save.useMutation({
    onSuccess: async () => {
      drafts.delete(keyOf(subject));
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
        onChange={({ target }) => change({ text: target.value })}
        className={`${FIELD_BOX} h-auto! py-1.5`}
      />
      <Refusal
        error={saving.error}
        onGoOn={(current) => {
          change({ version: current });
          saving.reset();
        }}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Cancel</Button>
        <Button look="primary" type="submit" busy={saving.isPending} busyLabel="Saving…">
          Save note
        </Button>
      </div>
    </form>
  );
}
