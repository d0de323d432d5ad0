import type { AppRouter } from '@scheduler/server/router';
import type { inferRouterOutputs } from '@trpc/server';

type ImportPreview = inferRouterOutputs<AppRouter>['csv']['preview'];

export type PreviewRow = ImportPreview['rows'][number];

/** The selected rows: all rows with a change except these, or only these. */
export interface Selection {
  all: boolean;
  but: ReadonlySet<number>;
}

export const ALL: Selection = { all: true, but: new Set() };

/** The kind of rows that are shown: a status, or rows that would break a rule. */
export type Kind = Status | 'breaking';

/** The preview of a file: the rows of a kind that are loaded so far. */
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
