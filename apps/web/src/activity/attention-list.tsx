import type { Attention } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { SelectField } from '@scheduler/ui/field';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { type ActivitySearch, UNSETTLED } from './activity-search.ts';
import { KINDS, MAX_ROWS, PAGE_ROWS } from './attention-kinds.ts';
import { AttentionRows } from './attention-rows.tsx';
import { UnlinkedPeople } from './unlinked-people.tsx';

/**
 * The list of unsettled events with their reasons, and buttons for one, for the selected ones or
 * for all.
 */
export function AttentionList({
  search: { store, show, reason },
  onSearch,
  onOpen,
}: {
  search: ActivitySearch;
  onSearch: (change: { reason?: string | undefined }) => void;
  onOpen: (eventId: number) => void;
}) {
  const [limit, setLimit] = useState(PAGE_ROWS);
  const query = trpc.activity.attention.useQuery(
    { ...(store && { storeId: store }), ...(show && { kind: show }), ...(reason && { reason }), limit },
    { placeholderData: keepPreviousData },
  );
  const { data } = query;
  const failures = useRef<Attention['failures']>([]);
  if (data) failures.current = data.failures;
  const filters = (
    <>
      <nav aria-label="Kinds" className="flex flex-wrap gap-1.5">
        <KindLink label="All" count={data && sum(data.counts)} on={!show} search={store ? { store } : {}} />
        {KINDS.map((kind) => (
          <KindLink
            key={kind}
            label={UNSETTLED[kind]}
            count={data?.counts[kind]}
            on={show === kind}
            search={{ ...(store && { store }), show: kind }}
          />
        ))}
      </nav>
      {show === 'failed' && failures.current.length > 0 && (
        <SelectField
          label="Why it failed"
          value={reason ?? ''}
          onChange={(change) => onSearch({ reason: change.target.value || undefined })}
        >
          <option value="">Any reason</option>
          {failures.current.map((failure) => (
            <option key={failure.reason} value={failure.reason}>
              {failure.count} × {failure.reason}
            </option>
          ))}
        </SelectField>
      )}
    </>
  );
  const people = data && !show ? data.people : [];
  return (
    <>
      {filters}
      <QueryView
        what="what needs attention"
        queries={[query]}
        data={data}
        skeleton={<SkeletonRows count={5} height="h-20" />}
        empty={
          data?.rows.length === 0 &&
          people.length === 0 && (
            <Empty
              title={show ? `Nothing here: ${UNSETTLED[show].toLowerCase()}.` : 'Everything is settled.'}
            >
              {show ? 'Choose All to see the other kinds.' : 'Crossmark holds what the board shows.'}
            </Empty>
          )
        }
      >
        {(data) => (
          <div
            aria-busy={query.isPlaceholderData}
            className={`grid gap-3 ${query.isPlaceholderData ? 'opacity-60' : ''}`}
          >
            {people.length > 0 && <UnlinkedPeople people={people} />}
            {data.rows.length > 0 && (
              <AttentionRows
                data={data}
                filter={{
                  ...(store && { storeId: store }),
                  ...(show && { kind: show }),
                  ...(reason && { reason }),
                }}
                onOpen={onOpen}
              />
            )}
            {data.total > data.rows.length && (
              <div className="flex items-center gap-3 text-sm text-ink-2">
                {data.rows.length} of {data.total} are shown.
                {limit < MAX_ROWS && <Button onClick={() => setLimit(MAX_ROWS)}>Show more</Button>}
              </div>
            )}
          </div>
        )}
      </QueryView>
    </>
  );
}

const sum = (counts: Attention['counts']): number => Object.values(counts).reduce((a, b) => a + b, 0);

function KindLink({
  label,
  count,
  on,
  search,
}: {
  label: string;
  count: number | undefined;
  on: boolean;
  search: ActivitySearch;
}) {
  return (
    <Link
      to="/activity"
      search={search}
      activeOptions={{ exact: true }}
      aria-current={on ? 'page' : undefined}
      className={`inline-flex items-center gap-1.5 rounded-full border px-3 py-1 text-sm pointer-coarse:py-2 ${on ? 'border-accent bg-accent-soft text-accent-text' : 'border-line bg-surface hover:bg-surface-2'}`}
    >
      {label}
      <span className="min-w-3 text-xs text-ink-2">{count}</span>
    </Link>
  );
}
