import { Button } from '@scheduler/ui/button';
import { CircleAlert } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { problemOf, readingProblemOf } from '../lib/problem.ts';

/** A notice that there is nothing to show, with the reason. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-1 px-4 py-8 text-center">
      <p className="font-medium">{title}</p>
      {children && <div className="max-w-prose text-sm text-ink-2">{children}</div>}
    </div>
  );
}

/** A notice about a failed query, with a button that retries it. */
export function LoadError({ what, error, onRetry }: { what: string; error: unknown; onRetry: () => void }) {
  return (
    <div role="alert" className="grid justify-items-center gap-3 px-4 py-10 text-center">
      <p className="font-medium first-letter:uppercase">{what} could not be loaded.</p>
      <p className="max-w-prose text-sm text-ink-2">{readingProblemOf(error)}</p>
      <Button onClick={onRetry}>Try again</Button>
    </div>
  );
}

/**
 * A refusal, shown beside the button: the sentence and each rule against the change. If a
 * colleague's change came first, `onGoOn` gets the current version, so that the same input can be
 * saved on top of it.
 */
export function Refusal({ error, onGoOn }: { error: unknown; onGoOn?: (version: number) => void }) {
  if (!error) return null;
  const { message, reasons, code, currentVersion } = problemOf(error);
  const others = reasons.filter((reason) => !message.includes(reason.message));
  return (
    <div
      role="alert"
      className="flex w-full gap-2 rounded-md border border-failed/40 bg-failed-soft p-2.5 text-sm text-ink"
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-failed" />
      <div className="min-w-0">
        <p>{message}</p>
        {others.length > 0 && (
          <ul className="mt-1 list-disc pl-4">
            {others.map((reason) => (
              <li key={reason.code}>{reason.message}</li>
            ))}
          </ul>
        )}
        {onGoOn && code === 'stale' && currentVersion !== undefined && (
          <Button className="mt-2" onClick={() => onGoOn(currentVersion)}>
            Keep what I entered and continue
          </Button>
        )}
      </div>
    </div>
  );
}

/** A gray placeholder with the size of the coming content. */
export function Skeleton({ className = '' }: { className?: string }) {
  return <span aria-hidden className={`block animate-pulse rounded bg-surface-3 ${className}`} />;
}

/** Gray placeholders for the rows of a list. */
export function SkeletonRows({
  count,
  height,
  className = 'gap-2',
}: {
  count: number;
  /** The class of a row's height. */
  height: string;
  className?: string;
}) {
  return (
    // One animation for all of them: with one each, a hundred rows kept a slow processor busy.
    <div className={`grid animate-pulse ${className}`}>
      {Array.from({ length: count }, (_, index) => (
        <span key={index} aria-hidden className={`block rounded bg-surface-3 ${height}`} />
      ))}
    </div>
  );
}

/** Tells a screen reader what loads while skeletons are shown. */
export function Loading({ what, children }: { what: string; children: ReactNode }) {
  return (
    <div role="status" aria-label={`Loading ${what}`} className="flex min-h-0 flex-1 flex-col">
      {children}
    </div>
  );
}

/** The parts of a query that {@link PendingView} uses. */
interface QueryState {
  data: unknown;
  error: unknown;
  isError: boolean;
  refetch: () => Promise<unknown>;
}

/** The view of queries without data: a skeleton, or the error with a button that retries. */
function PendingView({
  what,
  queries,
  skeleton,
}: {
  /** The name of the data in a sentence: `the users`, `your sessions`. */
  what: string;
  queries: readonly QueryState[];
  skeleton: ReactNode;
}) {
  const failed = queries.find((query) => query.isError && query.data === undefined);
  if (!failed) return <Loading what={what}>{skeleton}</Loading>;
  return (
    <LoadError
      what={what}
      error={failed.error}
      onRetry={() => {
        for (const query of queries) if (query.isError) void query.refetch();
      }}
    />
  );
}

/**
 * The view of queries in each state: {@link PendingView} while they load, `empty` if there is
 * nothing, otherwise `children`. If a later read fails, the data on screen stays.
 */
export function QueryView<Data>({
  data,
  empty,
  children,
  ...pending
}: ComponentProps<typeof PendingView> & {
  /** The data to show, made from `queries`; undefined while a part is missing. */
  data: Data | undefined;
  /** An {@link Empty} if there is nothing to show. */
  empty?: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  if (data === undefined) return <PendingView {...pending} />;
  return empty || children(data);
}
