import type { NoteSubject } from '@scheduler/server/router';
import { StickyNote } from 'lucide-react';
import { useNoteText } from '../notes/notes-in-view.ts';

/** A note with its mark: whole, or as much as there is room for. */
export function NoteOnPaper({ subject, isCut = false }: { subject: NoteSubject; isCut?: boolean }) {
  const text = useNoteText(subject);
  if (!text) return null;
  return (
    <span className="paper-note">
      <StickyNote aria-hidden />
      <span className={isCut ? 'cut' : 'whole'}>{text}</span>
    </span>
  );
}
