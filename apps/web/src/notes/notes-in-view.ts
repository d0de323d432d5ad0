import type { NoteSubject } from '@scheduler/server/router';
import { keepPreviousData, skipToken } from '@tanstack/react-query';
import { useEffect } from 'react';
import { trpc } from '../lib/api.ts';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';

/** The texts of the notes about the page's days, people and events. */
const texts = createExternalStore<ReadonlyMap<string, string>>(new Map());

/** A text that is another one for each subject. */
export const keyOf = (subject: NoteSubject): string => {
  if (subject.kind === 'event') return `event ${subject.eventId}`;
  if (subject.kind === 'person') return `person ${subject.employeeId}`;
  return `day ${subject.storeId} ${subject.day}`;
};

/**
 * Reads the notes of a page of some days. They come after the page itself, so that it doesn't wait
 * for them; what is printed waits. Use it once in a page.
 * @returns the query, and whether the notes of exactly these days are here
 */
export function useReadNotes(days: { storeId: number; from: string; to: string } | undefined) {
  const query = trpc.notes.list.useQuery(days ?? skipToken, { placeholderData: keepPreviousData });
  const { data } = query;
  useEffect(() => {
    texts.set(new Map(data?.map(({ subject, text }) => [keyOf(subject), text])));
  }, [data]);
  return { query, isRead: data !== undefined && !query.isPlaceholderData };
}

/** The text of a note of this page; undefined if there is none. */
export const useNoteText = (subject: NoteSubject): string | undefined => {
  const key = keyOf(subject);
  return useExternalStore(texts, (all) => all.get(key));
};
