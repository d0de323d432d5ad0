import type { Undone } from '@scheduler/server/router';
import { useEffect, useMemo } from 'react';
import { trpc } from '../lib/api.ts';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';
import { useSession } from '../shell/use-session.ts';
import { isPutAway } from './plan-words.ts';

/** The state of the review on this page, without the proposals themselves. */
interface Here {
  /**
   * The plan that was last started, opened or approved on this page. Undefined means the newest
   * waiting one.
   */
  shownId: number | undefined;
  /**
   * The plan that was opened for what was approved of it, although the rest was discarded or planned
   * again before.
   */
  pastId: number | undefined;
  /**
   * Whether the user opened or closed the list. Undefined means that it is open for the user who
   * started the plan.
   */
  isOpen: boolean | undefined;
  /** The line that was chosen last, and where. It is a new object for each choice. */
  chosen: Chosen | undefined;
  /** Ticks and locks that are being saved. */
  marks: ReadonlyMap<number, Mark>;
  /** The schedules that the undo of an approval on this page did not change, with the reasons. */
  kept: Pick<Undone, 'proposalId' | 'kept'> | undefined;
}

export interface Chosen {
  lineId: number;
  /** Where it was chosen; `change` if that was by giving it another place. */
  from: 'list' | 'board' | 'change';
}

/** A tick or a lock of a line. */
export interface Mark {
  ticked?: boolean;
  locked?: boolean;
}

/** What this page shows of plans. */
export const here = createExternalStore<Here>({
  shownId: undefined,
  pastId: undefined,
  isOpen: undefined,
  chosen: undefined,
  marks: new Map(),
  kept: undefined,
});
/** Changes a part of the state. */
export const note = (change: Partial<Here>) => here.set({ ...here.get(), ...change });

/** Returns the proposal of a store that this page shows, and the others. */
export function useReview(storeId: number) {
  const { id: userId } = useSession();
  const { shownId, pastId, isOpen, chosen, marks, kept } = useExternalStore(here, (all) => all);
  const list = trpc.plan.list.useQuery({ storeId });
  const newest = list.data?.find(({ state }) => state === 'running' || state === 'ready');
  const id = shownId ?? newest?.proposalId;
  const { data } = trpc.plan.get.useQuery(
    { proposalId: id ?? 0 },
    {
      enabled: id !== undefined,
      // The server reports the end of a run, unless the server that makes the plan has died.
      refetchInterval: ({ state }) => (state.data?.state === 'running' ? 5_000 : false),
    },
  );
  const keptOfShown = kept?.proposalId === shownId ? (kept?.kept ?? []) : [];
  const isPast = shownId === pastId && ((data?.approvals.length ?? 0) > 0 || keptOfShown.length > 0);
  // A plan that is put away while it is shown gives its place to another one.
  const isGone = data !== undefined && data.proposalId === shownId && isPutAway(data) && !isPast;
  useEffect(() => {
    if (isGone) note({ shownId: undefined });
  }, [isGone]);
  const read = data?.proposalId === id && !isGone ? data : undefined;
  const proposal = useMemo(
    () =>
      read && {
        ...read,
        lines: read.lines.map((line) => {
          const mark = marks.get(line.lineId);
          return mark ? { ...line, ...mark } : line;
        }),
      },
    [read, marks],
  );
  return {
    proposal,
    others: list.data?.filter(({ proposalId }) => proposalId !== proposal?.proposalId) ?? [],
    isKnown: list.data !== undefined && (id === undefined || read !== undefined),
    isOpen: proposal !== undefined && (isOpen ?? proposal.requestedById === userId),
    chosen,
    kept: kept?.proposalId === proposal?.proposalId ? (kept?.kept ?? []) : [],
  };
}

/** Opens or closes the list of the plan. */
export const openReview = (isOpen: boolean): void => note({ isOpen });

/** Shows one of several proposals. */
export const showPlan = (proposalId: number): void =>
  note({ shownId: proposalId, pastId: undefined, isOpen: true, chosen: undefined });

/** {@link showPlan} for one that was put away and of which something is approved. */
export const showPastPlan = (proposalId: number): void => {
  showPlan(proposalId);
  note({ pastId: proposalId });
};

/** Closes a plan that nobody has to review, because it failed or is completely approved. */
export const leavePlan = (): void => note({ shownId: undefined, isOpen: undefined, kept: undefined });

/** Chooses a line, whose card and place in the list are then scrolled into view. */
export const chooseLine = (lineId: number, from: 'list' | 'board'): void =>
  note({ chosen: { lineId, from } });

/** Returns the element id of a line's card on the board. */
export const cardId = (lineId: number): string => `proposed-${lineId}`;

/** Returns the element id of a line's place in the list. */
export const lineIdOf = (lineId: number): string => `line-${lineId}`;
