import type { CheckSeverity, DayCheckCode, Finding } from '@scheduler/scheduling';
import type { VerifiedDay } from '@scheduler/server/router';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { addDays, daysBetween, formatDay, laterDay, useToday } from '../lib/time.ts';
import { planWords } from '../review/plan-words.ts';
import { parsedSearch, type SearchChange } from '../search-params.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { DateInput } from '../ui/date-field.tsx';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import { TypeCounts } from '../ui/type-counts.tsx';
import { CHECK_TITLES, SEVERITY_LOOKS } from './check-titles.ts';
import { offWords, turnWords } from './next-days.tsx';
import { countsInWords, Score } from './score.tsx';

const route = getRouteApi('/app/checks');

/** The days after the first one that are shown unless the address says otherwise, and at most. */
const USUALLY_AFTER = 6;
const MOST_AFTER = 30;

const CONTROL =
  'h-8 rounded-md border border-line-strong bg-surface px-2 text-sm pointer-coarse:h-10 aria-invalid:border-failed';

/** The page of the checks of some days, as they are or as they would be with a plan. */
export function ChecksPage() {
  useTitle('Checks');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const store = useStore();
  const today = useToday(store?.timeZone);
  const from = search.from ?? today;
  const to = toDayOf(from, search.to);
  const set = (change: SearchChange<typeof search>) =>
    void navigate({ search: (before) => parsedSearch({ ...before, ...change }), replace: true });
  const plans = usePlans(store?.id);
  const query = trpc.verification.days.useQuery(
    {
      fromDay: from,
      toDay: to,
      ...(search.store && { storeId: search.store }),
      ...(search.plan && { proposalId: search.plan }),
    },
    { placeholderData: keepPreviousData },
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-3 py-1.5">
        <h1 className="text-base font-semibold">Checks</h1>
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
          <DateInput
            aria-label="First day"
            required
            value={from}
            onChange={(first) =>
              set({ from: first, to: toDayOf(first, addDays(first, daysBetween(from, to))) })
            }
            className={CONTROL}
          />
          <span aria-hidden>–</span>
          <DateInput
            aria-label="Last day"
            required
            min={from}
            max={addDays(from, MOST_AFTER)}
            value={to}
            onChange={(last) => set({ from, to: last })}
            className={CONTROL}
          />
        </div>
        <StoreName onChange={(id) => set({ store: id, plan: undefined })} />
        {(plans.length > 0 || search.plan !== undefined) && (
          <select
            aria-label="With which plan"
            value={search.plan ?? ''}
            onChange={({ target }) => set({ plan: Number(target.value) || undefined })}
            className={`max-w-full min-w-0 text-ink-2 ${CONTROL}`}
          >
            <option value="">As it is</option>
            {plans.map((plan) => (
              <option key={plan.proposalId} value={plan.proposalId}>
                With: {planWords(plan)}
              </option>
            ))}
            {search.plan !== undefined && plans.every(({ proposalId }) => proposalId !== search.plan) && (
              <option value={search.plan}>With a plan that doesn’t wait any more</option>
            )}
          </select>
        )}
      </div>
      <QueryView
        what="the checks"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={USUALLY_AFTER + 1} height="h-24" className="gap-3 p-3" />}
      >
        {({ days, store: { id: storeId } }) => (
          <section
            aria-label="Days"
            aria-busy={query.isPlaceholderData}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by the keyboard
            tabIndex={0}
            className={`min-h-0 flex-1 overflow-y-auto transition-opacity focus-visible:-outline-offset-2 ${query.isPlaceholderData ? 'opacity-60' : ''}`}
          >
            <ol className="mx-auto grid max-w-4xl gap-3 p-3">
              {days.map((day) => (
                <CheckedDay key={day.day} day={day} today={today} storeId={storeId} />
              ))}
            </ol>
          </section>
        )}
      </QueryView>
    </div>
  );
}

/** The last day of a range: a week's if there is none, and not before the first or too far after it. */
function toDayOf(from: string, to = addDays(from, USUALLY_AFTER)): string {
  const last = addDays(from, MOST_AFTER);
  return to > last ? last : laterDay(from, to);
}

/** The plans of a store that wait for review. */
function usePlans(storeId: number | undefined) {
  const { data = [] } = trpc.plan.list.useQuery({ storeId }, { enabled: storeId !== undefined });
  return data.filter(({ state }) => state === 'ready');
}

interface DayFinding extends Finding {
  code: DayCheckCode;
  severity: CheckSeverity;
}

/** What is wrong with a day: critical first, and what somebody accepted last. */
function findingsOf({ checks }: VerifiedDay): DayFinding[] {
  const rank = ({ accepted, severity }: DayFinding) =>
    accepted === null ? Number(severity === 'warning') : 2;
  return checks
    .flatMap(({ code, severity, findings }) => findings.map((each) => ({ ...each, code, severity })))
    .sort((a, b) => rank(a) - rank(b));
}

function CheckedDay({ day, today, storeId }: { day: VerifiedDay; today: string; storeId: number }) {
  const findings = findingsOf(day);
  const search = { day: day.day, store: storeId };
  return (
    <li
      data-testid={`checked-${day.day}`}
      className="grid gap-1.5 rounded-md border border-line bg-surface p-3"
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="text-sm font-semibold">
          <Link
            to="/day"
            search={search}
            className="inline-flex min-h-6 items-center underline-offset-2 hover:underline pointer-coarse:min-h-10"
          >
            {formatDay(day.day)}
            {day.day === today && ', today'}
          </Link>
        </h2>
        <Score score={day.score} />
        <span className="text-xs text-ink-2">{countsInWords(day) || 'Nothing to correct'}</span>
        {day.holiday && <span className="text-xs text-ink-2">Closed: {day.holiday}</span>}
        <span className="sm:ml-auto">
          <TypeCounts counts={day.counts} />
        </span>
      </div>
      {!day.holiday && (
        <p className="text-xs text-ink-2">
          {offWords(day)}. {turnWords(day)}.
        </p>
      )}
      {findings.length > 0 && (
        <ul className="grid gap-1.5">
          {findings.map((finding) => (
            <FindingRow key={`${finding.code} ${finding.message}`} finding={finding} search={search} />
          ))}
        </ul>
      )}
    </li>
  );
}

function FindingRow({ finding, search }: { finding: DayFinding; search: { day: string; store: number } }) {
  const { code, severity, message, eventId, accepted } = finding;
  const { word, text } = SEVERITY_LOOKS[severity];
  const UnacceptedIcon = severity === 'critical' ? CircleAlert : TriangleAlert;
  const Icon = accepted === null ? UnacceptedIcon : CircleCheck;
  return (
    <li className="flex items-start gap-1.5 text-sm">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${accepted === null ? text : 'text-ink-3'}`} />
      <div className="min-w-0">
        <span title={CHECK_TITLES[code]} className={accepted === null ? `font-medium ${text}` : 'text-ink-2'}>
          {accepted === null ? word : 'Accepted'}:
        </span>{' '}
        <span className={accepted === null ? '' : 'text-ink-2'}>
          {message}
          {accepted !== null && ` “${accepted}”`}
        </span>{' '}
        <Link
          to="/day"
          search={{ ...search, ...(eventId !== null && { event: eventId }) }}
          className="inline-flex min-h-6 items-center font-medium text-accent-text underline pointer-coarse:min-h-9"
        >
          {eventId === null ? 'Open the day' : 'Open it'}
          <span className="sr-only">: {message}</span>
        </Link>
      </div>
    </li>
  );
}
