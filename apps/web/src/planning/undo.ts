import { problemOf } from '../lib/problem.ts';
import { toast } from '../ui/toast.tsx';

/** A schedule and the version that the user saw. */
export interface Ref {
  scheduleId: number;
  version: number;
}

/** A saved change of this page, with its undo. */
export interface SavedChange {
  /** Of several changes with one key only the last is undone: its undo takes all of them back. */
  key?: string;
  /** The text of the notice about the change. */
  message: string;
  /** The schedules before and after the change, in the same order if both have members. */
  before: Ref[];
  after: Ref[];
  /**
   * Undoes the change by an ordinary edit. Returns a message, and the restored schedules in the
   * order of `after`, or of `before` if `after` is empty: undefined in the place of one that was
   * refused.
   */
  undo(after: readonly Ref[]): Promise<{ restored: (Ref | undefined)[]; message: string }>;
}

/**
 * The new version of each schedule that this page has saved, because the board may still show the
 * old one.
 */
const successors = new Map<string, Ref>();
const nameOf = ({ scheduleId, version }: Ref) => `${scheduleId} ${version}`;

/**
 * Returns the latest version of a schedule after this page's own changes. Changes by other users
 * are detected by the server.
 */
export function latest(ref: Ref): Ref {
  const next = successors.get(nameOf(ref));
  return next ? latest(next) : { scheduleId: ref.scheduleId, version: ref.version };
}

/** Records the new versions of schedules after a save of this page. Both lists have one order. */
function supersede(before: readonly Ref[], after: readonly (Ref | undefined)[]): void {
  for (const [index, ref] of before.entries()) {
    const now = after[index];
    if (now && nameOf(now) !== nameOf(ref)) successors.set(nameOf(ref), now);
  }
}

/** Returns a function that runs work one at a time, each after the work before it has settled. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.catch(() => undefined).then(work);
    last = result;
    return result;
  };
}

/** Runs saves and undos one at a time, because the next may be based on the result of this one. */
export const inTurn = createQueue();

/**
 * Runs undos and redos in the order in which they were asked for. Work in this queue may wait for
 * work in `inTurn`, never the other way round.
 */
const runNextUndo = createQueue();

/** Redoes an undone change. Returns whether it was saved, or rejects with the refusal. */
type Redo = () => Promise<boolean>;

/** The changes that can be undone, the latest last. */
const MAX_CHANGES = 20;
let changes: { change: SavedChange; dismiss: () => void; redo: Redo | undefined }[] = [];
/** The functions that redo undone changes, the latest last. */
let undone: readonly Redo[] = [];

/**
 * Shows a notice about a change with an undo, and records the change for Ctrl+Z. `redo` redoes it
 * after an undo. `isRedone` tells that the change is itself such a redo.
 */
export function recordChange(
  change: SavedChange,
  onUndone: () => void,
  { redo, isRedone = false }: { redo?: Redo; isRedone?: boolean } = {},
): void {
  const entry = { change, dismiss: () => {}, redo };
  // After a new change, earlier undone changes can't be redone.
  if (!isRedone) undone = [];
  entry.dismiss = toast(change.message, {
    action: {
      label: 'Undo',
      run: () => void runNextUndo(() => inTurn(() => undoEntry(entry, onUndone))),
    },
  });
  const isReplaced = ({ change: { key } }: typeof entry) => key !== undefined && key === change.key;
  for (const { dismiss } of changes.filter(isReplaced)) dismiss();
  changes = [...changes.filter((each) => !isReplaced(each)).slice(1 - MAX_CHANGES), entry];
  // A redo stands in the place of what the undo left, so that later changes can be redone on it.
  supersede(isRedone ? change.before.map(latest) : change.before, change.after);
}

/** Undoes the latest change of this page. */
export function undoLast(onUndone: () => void): Promise<void> {
  return runNextUndo(() =>
    inTurn(async () => {
      const entry = changes.at(-1);
      if (entry) await undoEntry(entry, onUndone);
      else toast('There is nothing to undo on this page.');
    }),
  );
}

/** Redoes the change of this page that was undone last. A redo that was refused can be repeated. */
export function redoLast(): Promise<void> {
  return runNextUndo(async () => {
    const redo = undone.at(-1);
    if (!redo) {
      toast('There is nothing to make again on this page.');
      return;
    }
    const rest = undone.slice(0, -1);
    undone = rest;
    const isSaved = await redo().catch((error) => {
      toast(problemOf(error).message, { tone: 'problem' });
      return false;
    });
    // A new change meanwhile has ended what could be redone.
    if (!isSaved && undone === rest) undone = [...rest, redo];
  });
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
    if (entry.redo) undone = [...undone, entry.redo];
    toast(message);
  } catch (error) {
    // A colleague changed it meanwhile. The refusal says who, and nothing was changed.
    toast(`Not undone. ${problemOf(error).message}`, { tone: 'problem' });
  }
  onUndone();
}
