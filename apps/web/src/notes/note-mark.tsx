import type { NoteSubject } from '@scheduler/server/router';
import { StickyNote } from 'lucide-react';
import type { ReactNode } from 'react';
import { useNoteText } from './notes-in-view.ts';

/** Shows that there is a note, with its text on hover and for screen readers. */
export function NoteMark({ subject }: { subject: NoteSubject }) {
  const text = useNoteText(subject);
  if (text === undefined) return null;
  return (
    <NoteIcon text={text}>
      <span className="sr-only">Note: {text}</span>
    </NoteIcon>
  );
}

/** The mark without words, where its place says them. */
export function NoteIcon({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <span data-testid="note" title={text} className="inline-flex shrink-0 text-ink-2">
      <StickyNote aria-hidden className="size-3.5" />
      {children}
    </span>
  );
}
