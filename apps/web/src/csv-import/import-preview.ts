import type { AppRouter } from '@scheduler/server/router';
import type { inferRouterOutputs } from '@trpc/server';

type ImportPreview = inferRouterOutputs<AppRouter>['csv']['preview'];

export type PreviewRow = ImportPreview['rows'][number];

/** The rows that are to be imported: all that say something new but these, or these alone. */
export interface Selection {
  all: boolean;
  but: ReadonlySet<number>;
}

export const ALL: Selection = { all: true, but: new Set() };

/** Which rows are shown: those of a kind, or those that would break a rule. */
export type Kind = Status | 'breaking';

/** What is shown of a file: the rows of a kind that were asked for so far. */
export interface Preview {
  counts: ImportPreview['counts'];
  breaking: number;
  kind: Kind | undefined;
  rows: PreviewRow[];
  more: number;
}

export const wouldWrite = (row: PreviewRow): boolean => row.status === 'new' || row.status === 'changed';

type Status = PreviewRow['status'];

export const STATUSES: Record<Status, { word: string; look: string }> = {
  new: { word: 'New', look: 'bg-pending-soft text-pending' },
  changed: { word: 'Changed', look: 'bg-conflict-soft text-conflict' },
  same: { word: 'Same', look: 'bg-surface-2 text-ink-2' },
  error: { word: 'Error', look: 'bg-failed-soft text-failed' },
};
