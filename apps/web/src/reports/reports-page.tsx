import type { Report } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { SelectField } from '@scheduler/ui/field';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Suspense } from 'react';
import { trpc } from '../lib/api.ts';
import { lazyComponent } from '../lib/load.ts';
import { addDays, useToday, weekStart } from '../lib/time.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { DateField } from '../ui/date-field.tsx';
import { ExportButton } from '../ui/export-button.tsx';
import { Empty, QueryView, Skeleton, SkeletonRows } from '../ui/states.tsx';
import { detailOf, MEASURE_LOOKS } from './measures.ts';
import { ReportHelp } from './report-help.tsx';
import { PeopleFigures, WeeksFigures } from './report-table.tsx';
import {
  MEASURES,
  type Measure,
  PUBLISHED_DAYS,
  type ReportsSearch,
  USUAL_PUBLISHED_DAYS,
} from './reports-search.ts';
import { weeksOf } from './weeks-of.ts';

const route = getRouteApi('/app/reports');

/** Loaded with its library when there is something to draw. */
const WeekChart = lazyComponent(() => import('./week-chart.tsx'), 'WeekChart');

const SPANS = [4, 12, 52] as const;

/** The figures of a store's work over some weeks: in all, by week as a chart, by person or by week as a table. */
export function ReportsPage() {
  useTitle('Reports');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const store = useStore();
  const utils = trpc.useUtils();
  const thisWeek = weekStart(useToday(store?.timeZone));
  const { from, to } = weeksOf(search, thisWeek);
  const publishedDaysBefore = search.published ?? USUAL_PUBLISHED_DAYS;
  const input = { from, to, publishedDaysBefore, ...(search.store && { storeId: search.store }) };
  const query = trpc.reports.get.useQuery(input, { placeholderData: keepPreviousData });
  const set = (change: SearchChange<ReportsSearch>) =>
    void navigate({ search: (before) => parsedSearch({ ...before, ...change }), replace: true });
  const by = search.by ?? 'person';
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[100rem] grid-cols-1 gap-3 p-3 sm:p-4">
        <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
          <div className="flex items-baseline gap-3 sm:self-center">
            <h1 className="text-lg font-semibold">Reports</h1>
            <StoreName onChange={(store) => set({ store })} />
          </div>
          <Weeks from={from} to={to} thisWeek={thisWeek} onSearch={set} />
          <div className="w-44">
            <SelectField
              label="A week is published"
              value={String(publishedDaysBefore)}
              onChange={({ target }) => set({ published: Number(target.value) })}
            >
              {PUBLISHED_DAYS.map((days) => (
                <option key={days} value={days}>
                  {daysBeforeWords(days)}
                </option>
              ))}
            </SelectField>
          </div>
          <ExportButton
            name={`report-by-${by}`}
            timeZone={store?.timeZone}
            className="ml-auto h-9!"
            title="A CSV file with a row for each line of the table below"
            read={() => utils.reports.export.fetch({ ...input, by }, { staleTime: 0, gcTime: 0 })}
          >
            Export
          </ExportButton>
        </div>
        <QueryView
          what="the report"
          queries={[query]}
          data={query.data}
          skeleton={
            <div className="grid gap-3">
              <Skeleton className="h-20" />
              <Skeleton className="h-60" />
              <SkeletonRows count={8} height="h-9" />
            </div>
          }
        >
          {(report) => (
            <div
              aria-busy={query.isPlaceholderData}
              className={`grid grid-cols-1 gap-3 ${query.isPlaceholderData ? 'opacity-60' : ''}`}
            >
              <Figures
                report={report}
                measure={search.show ?? 'hours'}
                onShow={(show) => set({ show: show === 'hours' ? undefined : show })}
              />
              <Rows report={report} by={by} onBy={(by) => set({ by: by === 'week' ? by : undefined })} />
              <ReportHelp publishedDaysBefore={publishedDaysBefore} />
            </div>
          )}
        </QueryView>
      </div>
    </div>
  );
}

function daysBeforeWords(days: number): string {
  if (days === 0) return 'as it begins';
  return days === 1 ? '1 day before it' : `${days} days before it`;
}

/** Chooses the weeks: any range, or some weeks that end with this one. */
function Weeks({
  from,
  to,
  thisWeek,
  onSearch,
}: {
  from: string;
  to: string;
  thisWeek: string;
  onSearch: (change: SearchChange<ReportsSearch>) => void;
}) {
  return (
    <>
      <div className="flex gap-2">
        <div className="w-38">
          <DateField
            label="From the week of"
            required
            value={from}
            onChange={(day) => onSearch({ from: day, to: day > to ? day : to })}
          />
        </div>
        <div className="w-38">
          <DateField
            label="To the week of"
            required
            value={to}
            onChange={(day) => onSearch({ to: day, from: day < from ? day : from })}
          />
        </div>
      </div>
      <div className="flex gap-1">
        {SPANS.map((count) => {
          const first = addDays(thisWeek, -(count - 1) * 7);
          const isShown = from === first && to === addDays(thisWeek, 6);
          return (
            <Button
              key={count}
              aria-pressed={isShown}
              className={`h-9! ${isShown ? 'border-accent! text-accent-text!' : ''}`}
              onClick={() => onSearch({ from: count === 4 ? undefined : first, to: undefined })}
            >
              {count} weeks
            </Button>
          );
        })}
      </div>
    </>
  );
}

/** Each figure of all weeks. The chosen one is drawn by week. */
function Figures({
  report,
  measure,
  onShow,
}: {
  report: Report;
  /** The one that is drawn. */
  measure: Measure;
  onShow: (measure: Measure) => void;
}) {
  const isKnown = report.weeks.some((week) => MEASURE_LOOKS[measure].value(week) !== null);
  return (
    <>
      <fieldset className="grid grid-cols-2 gap-2 sm:grid-cols-4 xl:grid-cols-7">
        <legend className="sr-only">What the chart shows</legend>
        {MEASURES.map((each) => (
          <label
            key={each}
            className="grid min-w-0 cursor-pointer content-start rounded-md border border-line bg-surface px-3 py-2 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="measure"
              checked={each === measure}
              onChange={() => onShow(each)}
              className="sr-only"
            />
            <span className="text-xs text-ink-2">{MEASURE_LOOKS[each].word}</span>
            <b className="text-lg font-semibold tabular-nums">{MEASURE_LOOKS[each].words(report.total)}</b>
            <span className="text-xs text-ink-2">{detailOf(each, report.total)}</span>
          </label>
        ))}
      </fieldset>
      <figure
        aria-label={`${MEASURE_LOOKS[measure].word} by week`}
        className="flex h-60 flex-col rounded-md border border-line bg-surface p-2"
      >
        <div className="min-h-0 flex-1">
          {isKnown ? (
            <Suspense fallback={<Skeleton className="h-full" />}>
              <WeekChart measure={measure} weeks={report.weeks} />
            </Suspense>
          ) : (
            <Empty title="Nothing is known of these weeks." />
          )}
        </div>
        {measure === 'synced' && isKnown && (
          <figcaption className="flex justify-center gap-4 text-xs text-ink-2">
            <Swatch color="bg-(--mark-fast)" word="Median" />
            <Swatch color="bg-(--mark-slow)" word="95% within" />
          </figcaption>
        )}
      </figure>
    </>
  );
}

function Swatch({ color, word }: { color: string; word: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden className={`size-2.5 rounded-[2px] forced-color-adjust-none ${color}`} />
      {word}
    </span>
  );
}

function Rows({
  report,
  by,
  onBy,
}: {
  report: Report;
  by: 'person' | 'week';
  onBy: (by: 'person' | 'week') => void;
}) {
  return (
    <section aria-label={`Figures by ${by}`} className="grid grid-cols-1 gap-2">
      <div className="flex w-fit overflow-hidden rounded-md border border-line-strong">
        {(['person', 'week'] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={by === each}
            onClick={() => onBy(each)}
            className={`inline-flex h-8 items-center border-line-strong px-2.5 text-sm not-first:border-l pointer-coarse:h-11 ${by === each ? 'bg-accent-soft font-medium text-accent-text' : 'hover:bg-surface-2'}`}
          >
            By {each}
          </button>
        ))}
      </div>
      {by === 'person' ? <PeopleFigures people={report.people} /> : <WeeksFigures report={report} />}
    </section>
  );
}
