import { SkeletonRows } from '../ui/states.tsx';

/** The board's shape before the board. */
export function BoardSkeleton({ grid, besides }: { grid: boolean; besides: boolean }) {
  return (
    <div className="flex min-h-0 flex-1 overflow-hidden">
      <div className="flex-1 bg-surface">
        <SkeletonRows
          count={grid ? 80 : 8}
          height="h-14"
          className={`gap-2 p-2 ${grid ? 'grid-cols-[var(--person-column)_repeat(7,minmax(0,1fr))]' : 'grid-cols-1'}`}
        />
      </div>
      {besides && (
        <SkeletonRows
          count={7}
          height="h-14"
          className="w-72 content-start gap-2 border-l border-line bg-surface-2 p-2 2xl:w-80"
        />
      )}
    </div>
  );
}
