import { timeOf, workDateOf } from '@scheduler/scheduling';
import type { PlacedLine, ProposalLineView, ProposalView } from '@scheduler/server/router';
import { trpcClient } from '../lib/api.ts';
import { titleOf } from '../lib/words.ts';
import { recordChange } from '../planning/undo.ts';
import { areAsSeen, changePlan, say } from './change-plan.ts';
import { chooseLine, here, type Mark, note } from './use-review.ts';

/** An event that a plan leaves open. */
export type OpenEvent = ProposalView['open'][number];

/** Ticks and locks lines, and shows this at once. */
export function markLines(proposal: ProposalView, lines: readonly ProposalLineView[], mark: Mark): void {
  const marks = new Map(here.get().marks);
  for (const { lineId } of lines) marks.set(lineId, { ...marks.get(lineId), ...mark });
  note({ marks });
  changePlan(
    proposal,
    (seen) =>
      trpcClient.plan.markLines.mutate({
        ...seen,
        lines: lines.map(({ lineId }) => ({ lineId, ...mark })),
      }),
    areAsSeen(lines),
  ).catch(say);
}

interface LinePlace {
  employeeId: number;
  day: string;
  time?: string;
}

/** Gives a line another person, day or time, with an undo. Rejects with the refusal. */
export async function moveLine(
  proposal: ProposalView,
  line: ProposalLineView,
  to: LinePlace,
  timeZone: string,
): Promise<void> {
  const { lineId } = line;
  const send = (place: LinePlace, seenLines: readonly PlacedLine[]) =>
    changePlan(
      proposal,
      (seen) => trpcClient.plan.moveLine.mutate({ ...seen, lineId, ...place }),
      areAsSeen(seenLines),
    );
  const title = titleOf({ name: line.eventName });
  const move = async (seenLines: readonly PlacedLine[], isRedone: boolean): Promise<void> => {
    let { placed } = await send(to, seenLines);
    note({ chosen: { lineId, from: 'change' } });
    recordChange(
      {
        message: `${title} moved in the plan.`,
        before: [],
        after: [],
        undo: async () => {
          ({ placed } = await send(placeAt(line, timeZone), placed));
          return { restored: [], message: `${title} is back in the plan’s earlier place.` };
        },
      },
      () => {},
      { redo: () => move(placed, true).then(() => true), isRedone },
    );
  };
  // A noon check goes along.
  await move(
    proposal.lines.filter((each) => each.lineId === lineId || each.coreEventId === line.eventId),
    false,
  );
}

const placeAt = (
  { employeeId, startsAt }: { employeeId: number; startsAt: string },
  timeZone: string,
): LinePlace => ({
  employeeId,
  day: workDateOf(startsAt, timeZone),
  time: timeOf(startsAt, timeZone),
});

/** {@link moveLine} for a drop on the board. */
export const dropLine = (
  proposal: ProposalView,
  line: ProposalLineView,
  to: LinePlace,
  timeZone: string,
): void => void moveLine(proposal, line, to, timeZone).catch(say);

/** Puts a line that somebody moved back where the plan had proposed it. */
export function putBack(proposal: ProposalView, line: ProposalLineView, timeZone: string): void {
  if (line.proposed) dropLine(proposal, line, placeAt(line.proposed, timeZone), timeZone);
}

/**
 * Takes the repair of an open event into the plan, with an undo. Returns whether it was taken in.
 */
export async function takeRepair(
  proposal: ProposalView,
  { eventId, eventName }: Pick<OpenEvent, 'eventId' | 'eventName'>,
  isRedone = false,
): Promise<boolean> {
  try {
    const { lineId, placed } = await changePlan(
      proposal,
      (seen) => trpcClient.plan.takeRepair.mutate({ ...seen, eventId }),
      ({ open }) => open.some((each) => each.eventId === eventId && each.canRepair),
    );
    chooseLine(lineId, 'board');
    const title = titleOf({ name: eventName });
    recordChange(
      {
        message: `${title} has a place in the plan.`,
        before: [],
        after: [],
        undo: async () => {
          await sendRemoval(proposal, eventId, placed);
          return { restored: [], message: `${title} is left open again.` };
        },
      },
      () => {},
      { redo: () => takeRepair(proposal, { eventId, eventName }, true), isRedone },
    );
    return true;
  } catch (error) {
    say(error);
    return false;
  }
}

const sendRemoval = (proposal: ProposalView, eventId: number, seenLines: readonly PlacedLine[]) =>
  changePlan(
    proposal,
    (seen) => trpcClient.plan.removeRepair.mutate({ ...seen, eventId }),
    areAsSeen(seenLines),
  );

/** Takes a repair out of the plan again. Returns whether it was taken out. */
export async function removeRepair(proposal: ProposalView, eventId: number): Promise<boolean> {
  try {
    await sendRemoval(
      proposal,
      eventId,
      proposal.lines.filter(({ repairs }) => repairs === eventId),
    );
    return true;
  } catch (error) {
    say(error);
    return false;
  }
}
