import { SkeletonRows } from '../ui/states.tsx';

/** The layout of the board while it loads. */
export function BoardSkeleton({ grid, besides }: { grid: boolean; besides: boolean }) {
  return (
    <div className="flex min-h-0 flex-1 overflow-hidden">
      {besides && (
        <div className="w-(--side-column) flex-none border-r border-line bg-surface">
          <SkeletonRows count={16} height="h-5" className="content-start gap-2 p-3" />
        </div>
      )}
      <div className="min-w-0 flex-1 bg-surface">
        <SkeletonRows
          count={grid ? 96 : 8}
          height="h-(--board-row)"
          className={
            grid ? 'grid-cols-[var(--person-column)_repeat(7,minmax(0,1fr))] gap-px' : 'grid-cols-1 gap-2 p-2'
          }
        />
      </div>
    </div>
  );
}
