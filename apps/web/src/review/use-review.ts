import type { Approved, ProposalLineView, ProposalView } from '@scheduler/server/router';
import { useMemo } from 'react';
import { apiQueries, trpc, trpcClient } from '../lib/api.ts';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';
import { problemOf } from '../lib/problem.ts';
import { UNDO_REASON } from '../planning/edit.ts';
import { useEdits } from '../planning/edits.ts';
import { recordChange } from '../planning/undo.ts';
import { useSession } from '../shell/use-session.ts';
import { toast } from '../ui/toast.tsx';

/** What this page knows of reviewing, beside the proposal itself. */
interface Here {
  /** The plan that was asked for on this page last: told also where nothing came of it. */
  startedId: number | undefined;
  /** Whether the list was opened or closed by hand; undefined: it is open for whoever asked for the plan. */
  isOpen: boolean | undefined;
  /** The line that was chosen last, here or on the board. */
  chosenId: number | undefined;
  /** Ticks and locks that are being saved. */
  marks: ReadonlyMap<number, Mark>;
}

interface Mark {
  ticked?: boolean;
  locked?: boolean;
}

const here = createExternalStore<Here>({
  startedId: undefined,
  isOpen: undefined,
  chosenId: undefined,
  marks: new Map(),
});
const note = (change: Partial<Here>) => here.set({ ...here.get(), ...change });

/** The newest version of a proposal that an answer to this page told: what was read may be older. */
const versions = new Map<number, number>();
let queue: Promise<unknown> = Promise.resolve();
let waiting = 0;

/**
 * Changes a proposal, one change after the other: each names the version that the one before left. A refusal is said in
 * a notice.
 */
function change<Answer extends { version: number }>(
  proposal: ProposalView,
  send: (seen: { proposalId: number; version: number }) => Promise<Answer>,
): Promise<Answer> {
  const { proposalId } = proposal;
  waiting += 1;
  const answer = queue.then(async () => {
    try {
      const version = Math.max(proposal.version, versions.get(proposalId) ?? 0);
      const answer = await send({ proposalId, version });
      versions.set(proposalId, answer.version);
      return answer;
    } finally {
      waiting -= 1;
      if (waiting === 0) {
        await apiQueries.plan.invalidate();
        if (waiting === 0) note({ marks: new Map() });
      }
    }
  });
  queue = answer.catch(() => undefined);
  return answer;
}

const say = (error: unknown) => void toast(problemOf(error).message, { tone: 'problem' });

/** The proposal of a store and what can be done with it. */
export function useReview(storeId: number) {
  const { name } = useSession();
  const { startedId, isOpen, chosenId, marks } = useExternalStore(here, (all) => all);
  const current = trpc.plan.current.useQuery(
    { storeId },
    // Its end is told by the server, unless the server that makes it is gone.
    { refetchInterval: ({ state }) => (state.data?.state === 'running' ? 5_000 : false) },
  );
  const ended = trpc.plan.get.useQuery(
    { proposalId: startedId ?? 0 },
    { enabled: startedId !== undefined && current.data === null },
  );
  const failed =
    current.data === null && (ended.data?.state === 'failed' || ended.data?.state === 'interrupted')
      ? ended.data
      : undefined;
  const read = current.data ?? failed;
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
    isKnown: current.data !== undefined,
    isOpen: proposal !== undefined && (isOpen ?? proposal.requestedBy === name),
    chosenId,
  };
}

export const openReview = (isOpen: boolean): void => note({ isOpen });

/** Closes what is told of a plan of which nothing came. */
export const leaveFailed = (): void => note({ startedId: undefined, isOpen: undefined });

/** Chooses a line: its card and its place in the list are brought into sight. */
export function chooseLine(lineId: number, from: 'list' | 'board'): void {
  note({ chosenId: lineId });
  const place = document.getElementById(from === 'list' ? cardId(lineId) : lineIdOf(lineId));
  place?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  if (from === 'board') place?.querySelector<HTMLElement>('input, button')?.focus({ preventScroll: true });
}

/** The element's id of a line's card on the board, and of its place in the list. */
export const cardId = (lineId: number): string => `proposed-${lineId}`;
export const lineIdOf = (lineId: number): string => `line-${lineId}`;

export async function startPlan(days: { storeId: number; fromDay: string; toDay: string }): Promise<void> {
  try {
    const { proposalId } = await trpcClient.plan.start.mutate(days);
    note({ startedId: proposalId, isOpen: true, chosenId: undefined });
    await apiQueries.plan.current.invalidate();
  } catch (error) {
    say(error);
  }
}

/** Has a plan made anew in which the locked lines stay. */
export async function planRest(proposal: ProposalView): Promise<void> {
  const { storeId, fromDay, toDay, options } = proposal;
  const { earliestDay, types, allow, neverPlan, moveExisting } = options;
  try {
    const { proposalId } = await change(proposal, async (again) => ({
      version: again.version,
      ...(await trpcClient.plan.start.mutate({
        ...{ storeId, fromDay, toDay, again },
        options: {
          earliestDay,
          moveExisting,
          ...(types && { types: [...types] }),
          ...(allow && { allow: [...allow] }),
          ...(neverPlan && { neverPlan: [...neverPlan] }),
        },
      })),
    }));
    note({ startedId: proposalId, isOpen: true, chosenId: undefined });
  } catch (error) {
    say(error);
  }
}

export async function cancelPlan({ proposalId }: ProposalView): Promise<void> {
  try {
    await trpcClient.plan.cancel.mutate({ proposalId });
    note({ isOpen: undefined });
    toast('The plan was canceled. Nothing was changed.');
  } catch (error) {
    say(error);
  }
  await apiQueries.plan.invalidate();
}

export async function discardPlan(proposal: ProposalView): Promise<void> {
  try {
    await change(proposal, (seen) => trpcClient.plan.discard.mutate(seen));
    note({ isOpen: undefined });
    const wasUsed = proposal.lines.some(({ state }) => state === 'saved');
    toast(
      wasUsed
        ? 'The plan was discarded. What was approved of it stays scheduled.'
        : 'The plan was discarded. Nothing was changed by it.',
    );
  } catch (error) {
    say(error);
  }
}

/** Ticks and locks lines, shown at once. */
export function markLines(proposal: ProposalView, lines: readonly ProposalLineView[], mark: Mark): void {
  const marks = new Map(here.get().marks);
  for (const { lineId } of lines) marks.set(lineId, { ...marks.get(lineId), ...mark });
  note({ marks });
  change(proposal, (seen) =>
    trpcClient.plan.markLines.mutate({
      ...seen,
      lines: lines.map(({ lineId }) => ({ lineId, ...mark })),
    }),
  ).catch(say);
}

/** Gives a line another person, day or time. Rejects with the refusal. */
export async function moveLine(
  proposal: ProposalView,
  to: { lineId: number; employeeId: number; day: string; time?: string },
): Promise<void> {
  await change(proposal, (seen) => trpcClient.plan.moveLine.mutate({ ...seen, ...to }));
  note({ chosenId: to.lineId });
}

/** {@link moveLine} for what was dropped on the board. */
export const dropLine = (
  proposal: ProposalView,
  to: { lineId: number; employeeId: number; day: string },
): void => void moveLine(proposal, to).catch(say);

/** Approves what is ticked; says what was scheduled, with the way back. */
export function useApprove(): (
  proposal: ProposalView,
  overrideReason: string | undefined,
) => Promise<Approved> {
  const edits = useEdits();
  return async (proposal, overrideReason) => {
    const refresh = () => void Promise.all([edits.refresh(), apiQueries.plan.invalidate()]);
    const answer = await change(proposal, (seen) =>
      trpcClient.plan.approve.mutate({ ...seen, ...(overrideReason && { overrideReason }) }),
    );
    refresh();
    const lines = new Map(proposal.lines.map((line) => [line.lineId, line]));
    // Noon checks first: a Core would take its check along.
    const saved = answer.saved.toSorted(
      (a, b) => Number(isCheck(lines.get(b.lineId))) - Number(isCheck(lines.get(a.lineId))),
    );
    if (saved.length > 0) {
      recordChange(
        {
          message: `${eventsWord(saved.length)} scheduled.`,
          before: [],
          after: saved.map(({ scheduleId, version }) => ({ scheduleId, version })),
          undo: async (after) => {
            const stayed: string[] = [];
            for (const [index, ref] of after.entries()) {
              const from = lines.get(saved[index]?.lineId ?? 0)?.from;
              try {
                if (from) {
                  const { employeeId, startsAt } = from;
                  const back = { ...ref, employeeId, startsAt, overrideReason: UNDO_REASON };
                  await trpcClient.schedules.reschedule.mutate(back);
                } else await trpcClient.schedules.unschedule.mutate(ref);
              } catch (error) {
                stayed.push(problemOf(error).message);
              }
            }
            const why = stayed[0] ? ` ${eventsWord(stayed.length)} stayed: ${stayed[0]}` : '';
            return { restored: [], message: `${eventsWord(after.length - stayed.length)} put back.${why}` };
          },
        },
        refresh,
      );
    }
    return answer;
  };
}

const isCheck = (line: ProposalLineView | undefined): boolean => line?.coreEventId != null;

export const eventsWord = (count: number): string => (count === 1 ? '1 event' : `${count} events`);
