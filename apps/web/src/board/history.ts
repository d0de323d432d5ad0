import { toast } from '../ui/toast.tsx';
import { problemOf } from '../words.ts';

/** A schedule as somebody saw it. */
export interface Ref {
  scheduleId: number;
  version: number;
}

/** One saved change of this page, and the way back. */
export interface Done {
  /** What was done, for the notice. */
  said: string;
  /** What stood before and what stands now; both keep one order where both have members. */
  before: Ref[];
  after: Ref[];
  /** An ordinary edit of what stands now; tells what stands again, in the order of `before`, and says so. */
  undo(after: readonly Ref[]): Promise<{ restored: Ref[]; said: string }>;
}

/** Changes that can be taken back, the latest last. */
const KEPT = 20;
let done: { change: Done; dismiss: () => void }[] = [];
let undoing: Promise<void> = Promise.resolve();

/** Says what was done, with a way back, and remembers it for ctrl+Z. */
export function remember(change: Done, onUndone: () => void): void {
  const entry = { change, dismiss: () => {} };
  entry.dismiss = toast(change.said, {
    action: { label: 'Undo', run: () => void takeBack(entry, onUndone) },
  });
  done = [...done.slice(1 - KEPT), entry];
}

/** Takes back the latest change of this page. */
export function undoLast(onUndone: () => void): void {
  // One after the other: the one before is known by what the undoing of the later one left.
  undoing = undoing.then(async () => {
    const entry = done.at(-1);
    if (entry) await takeBack(entry, onUndone);
    else toast('There is nothing to undo on this page.');
  });
}

async function takeBack(entry: (typeof done)[number], onUndone: () => void): Promise<void> {
  if (!done.includes(entry)) return;
  done = done.filter((each) => each !== entry);
  entry.dismiss();
  const { change } = entry;
  try {
    const { restored, said } = await change.undo(change.after);
    rebase(change.before, restored);
    toast(said);
  } catch (error) {
    // Somebody changed it meanwhile: the refusal says who, and nothing was done.
    toast(`Not undone. ${problemOf(error).message}`, { tone: 'problem' });
  }
  onUndone();
}

/** Earlier changes left what an undo has just brought back under a new version, or as a new schedule. */
function rebase(before: readonly Ref[], restored: readonly Ref[]): void {
  const now = (ref: Ref): Ref => {
    const index = before.findIndex((old) => old.scheduleId === ref.scheduleId && old.version === ref.version);
    return restored[index] ?? ref;
  };
  for (const { change } of done) change.after = change.after.map(now);
}
