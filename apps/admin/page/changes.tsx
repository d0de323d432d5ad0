import { Button } from '@scheduler/ui/button';
import type { inferRouterInputs } from '@trpc/server';
import { useState } from 'react';
import type { ChangesAsked } from '../src/changes.ts';
import type { AdminRouter } from '../src/router.ts';
import { ChangeFilters } from './change-filters.tsx';
import { Row } from './change-row.tsx';
import { STATES } from './changes-states.ts';
import { Confirmed } from './confirm.tsx';
import { count, number } from './format.ts';
import { type Outputs, trpc } from './trpc.ts';
import { Panel } from './ui.tsx';

type ChangeFilter = ChangesAsked['filter'];

type ChangePage = Outputs['overview']['list'];

export type Change = ChangePage['shown'][number];

/** Conflicts are a dispatcher's to end, and what is synced has nothing to be tried. */
const REDRIVEN = ['failed', 'waiting', 'pending'];

/** Events by how far they got, why not further, what was tried, and the buttons to try again. */
export function Changes(props: {
  list: ChangePage;
  /** The list is still that of what was asked for before. */
  isOfBefore: boolean;
  now: string;
  asked: ChangesAsked;
  onAsk: (asked: ChangesAsked) => void;
  mayAct: boolean;
}) {
  const { mayAct, onAsk } = props;
  const { filter } = props.asked;
  // A page that has become empty is followed by the last one that isn't.
  const { total, offset, pageSize, rows } = props.list;
  const goTo = (start: number) => onAsk({ filter, offset: Math.max(0, start) });
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [said, setSaid] = useState('');
  const utils = trpc.useUtils();
  const redrive = trpc.redrive.useMutation({
    onSuccess: ({ retried }, asked) => {
      // The ticks of other rows stay.
      setSelected((before) => ('eventIds' in asked ? without(before, asked.eventIds) : new Set()));
      setSaid(
        `${count(retried, 'change is', 'changes are')} on ${retried === 1 ? 'its' : 'their'} way again.`,
      );
    },
    onSettled: () => utils.overview.invalidate(),
  });
  const redrivable = mayAct && REDRIVEN.includes(filter.state);
  const narrow = (change: Partial<ChangeFilter>) => {
    setSelected(new Set());
    setSaid('');
    const next = { ...filter, ...change };
    onAsk({
      filter: {
        state: next.state,
        ...(next.kind && { kind: next.kind }),
        ...(next.task && { task: next.task }),
        ...(next.text && { text: next.text }),
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
      title={`${STATES.find(([state]) => state === filter.state)?.[1]} (${number(total)})`}
      aside={<ChangeFilters filter={filter} onNarrow={narrow} />}
    >
      {redrivable && total > 0 && (
        <div className="mb-2 flex flex-wrap items-center gap-2">
          {selected.size > 0 && (
            <Button
              onClick={() => redrive.mutate({ eventIds: [...selected] })}
              busy={redrive.isPending}
              look="primary"
            >
              Try {number(selected.size)} selected again
            </Button>
          )}
          <Confirmed
            button={`Try all ${number(total)} again`}
            title={`Try ${count(total, 'change')} again?`}
            act={() => redrive.mutateAsync({ filter })}
          >
            <p>
              All that match this filter start over at once, paced by the limit of calls to Crossmark. What
              Crossmark refused will be refused again unless the cause is mended.
            </p>
          </Confirmed>
        </div>
      )}
      <p role="status" className="text-sm text-synced">
        {said}
      </p>
      {redrive.error && (
        <p role="alert" className="text-sm text-failed">
          {redrive.error.message}
        </p>
      )}
      {total === 0 && !props.isOfBefore && (
        <p className="text-sm text-ink-2">
          {filter.state === 'failed' && !filter.text && !filter.kind && !filter.task
            ? 'None: nothing has been given up.'
            : 'None that match.'}
        </p>
      )}
      <ul aria-busy={props.isOfBefore} className="divide-y divide-line">
        {rows.map((change) => (
          <Row
            key={change.eventId}
            change={change}
            now={props.now}
            selected={redrivable ? selected.has(change.eventId) : null}
            onToggle={() => toggle(change.eventId)}
            onRetry={() => redrive.mutate({ eventIds: [change.eventId] })}
            busy={redrive.isPending && isAbout(redrive.variables, change.eventId)}
          />
        ))}
      </ul>
      {total > pageSize && (
        <nav aria-label="Pages of changes" className="mt-2 flex items-center gap-3 text-sm text-ink-2">
          {offset > 0 && <Button onClick={() => goTo(offset - pageSize)}>Newer</Button>}
          {number(offset + 1)}–{number(Math.min(total, offset + pageSize))} of {number(total)}
          {offset + pageSize < total && <Button onClick={() => goTo(offset + pageSize)}>Older</Button>}
        </nav>
      )}
    </Panel>
  );
}

const without = (all: ReadonlySet<number>, some: readonly number[]) =>
  new Set([...all].filter((each) => !some.includes(each)));

/** Whether a retry names that event. */
const isAbout = (asked: inferRouterInputs<AdminRouter>['redrive'], eventId: number) =>
  'eventIds' in asked && asked.eventIds.includes(eventId);
