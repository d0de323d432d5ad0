import { Button } from '@scheduler/ui/button';
import type { inferRouterInputs } from '@trpc/server';
import { useState } from 'react';
import type { ChangesQuery } from '../src/changes.ts';
import type { AdminRouter } from '../src/router.ts';
import { ChangeFilters } from './change-filters.tsx';
import { ChangeRow } from './change-row.tsx';
import { STATES } from './changes-states.ts';
import { ConfirmButton } from './confirm.tsx';
import { formatCount, formatNumber } from './format.ts';
import { type Outputs, type OverviewFacts, trpc } from './trpc.ts';
import { Panel } from './ui.tsx';

type ChangeFilter = ChangesQuery['filter'];

type ChangePage = Outputs['overview']['list'];

export type Change = ChangePage['rows'][number];

/**
 * The states that can be retried. A dispatcher has to decide conflicts, and synced events have
 * nothing to retry.
 */
const RETRYABLE_STATES = ['failed', 'waiting', 'pending'];

/** The list of events in a state, with reasons, attempts, and buttons to retry them. */
export function Changes(props: {
  list: ChangePage;
  causes: OverviewFacts['causes'];
  /** Whether the list still belongs to the previous request. */
  isPrevious: boolean;
  now: string;
  query: ChangesQuery;
  onQuery: (query: ChangesQuery) => void;
  mayAct: boolean;
}) {
  const { mayAct, onQuery } = props;
  const { filter } = props.query;
  // A page that has become empty is replaced by the last page with rows.
  const { total, offset, pageSize, rows } = props.list;
  const goTo = (start: number) => onQuery({ filter, offset: Math.max(0, start) });
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [notice, setNotice] = useState('');
  const utils = trpc.useUtils();
  const redrive = trpc.redrive.useMutation({
    onSuccess: ({ retried }, input) => {
      // The ticks of other rows stay.
      setSelected((before) => ('eventIds' in input ? without(before, input.eventIds) : new Set()));
      setNotice(
        `${formatCount(retried, 'change is', 'changes are')} on ${retried === 1 ? 'its' : 'their'} way again.`,
      );
    },
    onSettled: () => utils.overview.invalidate(),
  });
  const canRetry = mayAct && RETRYABLE_STATES.includes(filter.state);
  const narrow = (change: Partial<ChangeFilter>) => {
    setSelected(new Set());
    setNotice('');
    const next = { ...filter, ...change };
    onQuery({
      filter: {
        state: next.state,
        ...(next.kind && { kind: next.kind }),
        ...(next.task && { task: next.task }),
        ...(next.text && { text: next.text }),
        ...(next.cause && { cause: next.cause }),
      },
      offset: 0,
    });
  };
  const toggle = (eventId: number) => {
    const next = new Set(selected);
    if (!next.delete(eventId)) next.add(eventId);
    setSelected(next);
  };

  return (
    <Panel
      id="changes"
      title={`${STATES.find(([state]) => state === filter.state)?.[1]} (${formatNumber(total)})`}
      aside={<ChangeFilters filter={filter} onNarrow={narrow} />}
    >
      {filter.cause && (
        <p className="mb-2 flex flex-wrap items-center gap-2">
          <span className="text-ink-2">
            Of one cause: {props.causes.find(({ id }) => id === filter.cause)?.words ?? 'none that is left'}
          </span>
          <Button onClick={() => narrow({ cause: undefined })}>All causes</Button>
        </p>
      )}
      {canRetry && total > 0 && (
        <div className="mb-2 flex flex-wrap items-center gap-2">
          {selected.size > 0 && (
            <Button
              onClick={() => redrive.mutate({ eventIds: [...selected] })}
              busy={redrive.isPending}
              look="primary"
            >
              Try {formatNumber(selected.size)} selected again
            </Button>
          )}
          <ConfirmButton
            button={`Try all ${formatNumber(total)} again`}
            title={`Try ${formatCount(total, 'change')} again?`}
            act={() => redrive.mutateAsync({ filter, shownAt: props.now })}
          >
            <p>
              All changes that match this filter start again at once, within the limit of calls to Crossmark.
              A change that failed after this page was read stays. Crossmark will refuse a change again unless
              the cause is removed.
            </p>
          </ConfirmButton>
        </div>
      )}
      <p role="status" className="text-sm text-synced">
        {notice}
      </p>
      {redrive.error && (
        <p role="alert" className="text-sm text-failed">
          {redrive.error.message}
        </p>
      )}
      {total === 0 && !props.isPrevious && (
        <p className="text-sm text-ink-2">
          {filter.state === 'failed' && !filter.text && !filter.kind && !filter.task && !filter.cause
            ? 'There are no dead letters.'
            : 'No change matches.'}
        </p>
      )}
      <ul aria-busy={props.isPrevious} className="divide-y divide-line">
        {rows.map((change) => (
          <ChangeRow
            key={change.eventId}
            change={change}
            now={props.now}
            selected={canRetry ? selected.has(change.eventId) : null}
            onToggle={() => toggle(change.eventId)}
            onRetry={() => redrive.mutate({ eventIds: [change.eventId] })}
            busy={redrive.isPending && namesEvent(redrive.variables, change.eventId)}
          />
        ))}
      </ul>
      {total > pageSize && (
        <nav aria-label="Pages of changes" className="mt-2 flex items-center gap-3 text-sm text-ink-2">
          {offset > 0 && <Button onClick={() => goTo(offset - pageSize)}>Newer</Button>}
          {formatNumber(offset + 1)}–{formatNumber(Math.min(total, offset + pageSize))} of{' '}
          {formatNumber(total)}
          {offset + pageSize < total && <Button onClick={() => goTo(offset + pageSize)}>Older</Button>}
        </nav>
      )}
    </Panel>
  );
}

const without = (all: ReadonlySet<number>, some: readonly number[]) =>
  new Set([...all].filter((each) => !some.includes(each)));

/** Whether a retry names that event. */
const namesEvent = (input: inferRouterInputs<AdminRouter>['redrive'], eventId: number) =>
  'eventIds' in input && input.eventIds.includes(eventId);
