import { problemOf } from '../lib/problem.ts';
import { toast } from '../ui/toast.tsx';

/** A schedule as somebody saw it. */
export interface Ref {
  scheduleId: number;
  version: number;
}

/** One saved change of this page, and the way back. */
export interface SavedChange {
  /** What was done, for the notice. */
  message: string;
  /** What stood before and what stands now; both keep one order where both have members. */
  before: Ref[];
  after: Ref[];
  /**
   * An ordinary edit of what stands now; tells what stands again, in the order of `before`, and
   * says so.
   */
  undo(after: readonly Ref[]): Promise<{ restored: Ref[]; message: string }>;
}

/**
 * What this page's own saves made of what they were based on: the board may still show what stood
 * before.
 */
const successors = new Map<string, Ref>();
const nameOf = ({ scheduleId, version }: Ref) => `${scheduleId} ${version}`;

/**
 * What is left of a schedule as it was seen, after this page's own changes; others' changes are
 * theirs to tell.
 */
export function latest(ref: Ref): Ref {
  const next = successors.get(nameOf(ref));
  return next ? latest(next) : { scheduleId: ref.scheduleId, version: ref.version };
}

/** Says what schedules have become by a save of this page. */
function supersede(before: readonly Ref[], after: readonly Ref[]): void {
  for (const [index, ref] of before.entries()) {
    const now = after[index];
    if (now && nameOf(now) !== nameOf(ref)) successors.set(nameOf(ref), now);
  }
}

/** Changes that can be taken back, the latest last. */
const MAX_CHANGES = 20;
let changes: { change: SavedChange; dismiss: () => void }[] = [];
let undoing: Promise<void> = Promise.resolve();

/** Says what was done, with a way back, and remembers it for ctrl+Z. */
export function recordChange(change: SavedChange, onUndone: () => void): void {
  const entry = { change, dismiss: () => {} };
  entry.dismiss = toast(change.message, {
    action: { label: 'Undo', run: () => void undoEntry(entry, onUndone) },
  });
  changes = [...changes.slice(1 - MAX_CHANGES), entry];
  supersede(change.before, change.after);
}

/** Takes back the latest change of this page. */
export function undoLast(onUndone: () => void): Promise<void> {
  // One after the other: each undo is based on the schedules that the previous one restored.
  undoing = undoing.then(async () => {
    const entry = changes.at(-1);
    if (entry) await undoEntry(entry, onUndone);
    else toast('There is nothing to undo on this page.');
  });
  return undoing;
}

async function undoEntry(entry: (typeof changes)[number], onUndone: () => void): Promise<void> {
  if (!changes.includes(entry)) return;
  changes = changes.filter((each) => each !== entry);
  entry.dismiss();
  const { change } = entry;
  const now = change.after.map(latest);
  try {
    const { restored, message } = await change.undo(now);
    supersede(now.length > 0 ? now : change.before, restored);
    toast(message);
  } catch (error) {
    // A colleague changed it meanwhile: the refusal says who, and nothing was done.
    toast(`Not undone. ${problemOf(error).message}`, { tone: 'problem' });
  }
  onUndone();
}
