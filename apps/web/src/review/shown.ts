import type { ReactNode } from 'react';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';

/** What a plan under review shows on the board. Its own code comes once the board is on screen. */
interface Shown {
  /** Of the list that stands in the tray's place; undefined where the tray does. */
  title: string | undefined;
  /** Cards of what is proposed, by cell. */
  cards: ReadonlyMap<string, ReactNode>;
  /** Gives a proposed event another person or day; false where the event isn't proposed. */
  place: (eventId: number, employeeId: number, day: string) => boolean;
}

export const NOT_SHOWN: Shown = { title: undefined, cards: new Map(), place: () => false };

export const review = createExternalStore(NOT_SHOWN);

/** Whose turn it is, in a few words, by day. */
export const turnWords = createExternalStore<ReadonlyMap<string, string>>(new Map());

/** What is proposed for a cell of the board. */
export const ProposedCards = ({ cell }: { cell: string }): ReactNode =>
  useExternalStore(review, ({ cards }) => cards.get(cell));
