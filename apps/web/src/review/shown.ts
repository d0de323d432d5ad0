import type { ReactNode } from 'react';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';
import type { WorkBeside } from './work-beside.ts';

/**
 * The parts of a plan under review that the board shows. The code of the review is loaded after the
 * board.
 */
interface Shown {
  /** The plan, whose lines count as work of their people; undefined while none is shown. */
  proposalId: number | undefined;
  /** The title of the list that replaces the tray; undefined while the tray is shown. */
  title: string | undefined;
  /** The proposed cards by cell. */
  cards: ReadonlyMap<string, readonly ReactNode[]>;
  /** Gives a proposed event another person or day. Returns false if the event isn't proposed. */
  place: (eventId: number, employeeId: number, day: string) => boolean;
  /** Returns the other lines' work while a proposed event is dragged; undefined for other events. */
  beside: (eventId: number) => WorkBeside | undefined;
}

export const NOT_SHOWN: Shown = {
  proposalId: undefined,
  title: undefined,
  cards: new Map(),
  place: () => false,
  beside: () => undefined,
};

export const review = createExternalStore(NOT_SHOWN);

/** What the palette asked the board to do with its week; the tools of the board take it. */
export const askedOfBoard = createExternalStore<BoardAct | undefined>(undefined);

/** An act of the board's tools. */
export type BoardAct = 'plan' | 'options' | 'copy' | 'keys';

/** A short text about whose turn it is, by day. */
export const turnWords = createExternalStore<ReadonlyMap<string, string>>(new Map());

/**
 * Returns the plan that the board shows, as input of suggestions: its lines count as work of their
 * people.
 */
export function useShownPlan(): { proposalId?: number } {
  const proposalId = useExternalStore(review, ({ proposalId }) => proposalId);
  return proposalId === undefined ? {} : { proposalId };
}

/** The proposed cards of a cell of the board. */
export const ProposedCards = ({ cell }: { cell: string }): ReactNode =>
  useExternalStore(review, ({ cards }) => cards.get(cell));

/** Returns the proposed cards of all cells. */
export const useProposedCards = (): ReadonlyMap<string, readonly ReactNode[]> =>
  useExternalStore(review, ({ cards }) => cards);
