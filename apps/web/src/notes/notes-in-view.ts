import type { NoteSubject } from '@scheduler/server/router';
import { keepPreviousData, skipToken } from '@tanstack/react-query';
import { useEffect } from 'react';
import { trpc } from '../lib/api.ts';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';

/** The texts of the notes about the page's days, people and events. */
const texts = createExternalStore<ReadonlyMap<string, string>>(new Map());

const keyOf = (subject: NoteSubject): string => {
  if (subject.kind === 'event') return `event ${subject.eventId}`;
  return subject.kind === 'person' ? `person ${subject.employeeId}` : `day ${subject.day}`;
};

/**
 * Reads the notes of a page of some days. They come after the page itself, so that it doesn't wait
 * for them. Use it once in a page.
 */
export function useReadNotes(days: { storeId: number; from: string; to: string } | undefined): void {
  const { data } = trpc.notes.list.useQuery(days ?? skipToken, { placeholderData: keepPreviousData });
  useEffect(() => {
    texts.set(new Map(data?.map(({ subject, text }) => [keyOf(subject), text])));
  }, [data]);
}

/** The text of a note of this page; undefined if there is none. */
export const useNoteText = (subject: NoteSubject): string | undefined => {
  const key = keyOf(subject);
  return useExternalStore(texts, (all) => all.get(key));
};
