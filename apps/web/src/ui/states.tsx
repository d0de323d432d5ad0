import { Button } from '@scheduler/ui/button';
import { CircleAlert } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { problemOf, readingProblemOf } from '../lib/problem.ts';

/** Nothing to show, and why that is. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-1 px-4 py-8 text-center">
      <p className="font-medium">{title}</p>
      {children && <div className="max-w-prose text-sm text-ink-2">{children}</div>}
    </div>
  );
}

/** A query that failed, and a button that reads again. */
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
 * A refusal beside the button that met it: the sentence and each rule that spoke against it. Where
 * a colleague's change came first, `onGoOn` takes the version that counts now, so that the same can
 * be saved on top of it.
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
            Keep what I entered and go on
          </Button>
        )}
      </div>
    </div>
  );
}

/** A grey stand-in of the size of what comes. */
export function Skeleton({ className = '' }: { className?: string }) {
  return <span aria-hidden className={`block animate-pulse rounded bg-surface-3 ${className}`} />;
}

/** Grey stand-ins of a list's rows. */
export function SkeletonRows({
  count,
  height,
  className = 'gap-2',
}: {
  count: number;
  /** A row's class of height. */
  height: string;
  className?: string;
}) {
  return (
    <div className={`grid ${className}`}>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} className={height} />
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

/** What {@link PendingView} needs to know of a query. */
interface QueryState {
  data: unknown;
  error: unknown;
  isError: boolean;
  refetch: () => Promise<unknown>;
}

/**
 * The state of queries whose data is not there yet: a skeleton, or the error with a button that
 * reads again.
 */
function PendingView({
  what,
  queries,
  skeleton,
}: {
  /** As in a sentence: `the users`, `your sessions`. */
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
 * What is read from the API, in each of its states: {@link PendingView} until it is there, `empty`
 * where there is nothing, else `children`. A failed refresh leaves what is on screen as it is.
 */
export function QueryView<Data>({
  data,
  empty,
  children,
  ...pending
}: ComponentProps<typeof PendingView> & {
  /** What is shown, made from `queries`; undefined while a part of it is missing. */
  data: Data | undefined;
  /** An {@link Empty} where there is nothing to show. */
  empty?: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  if (data === undefined) return <PendingView {...pending} />;
  return empty || children(data);
}
