import type { VerifiedDay, WeekBoard } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { ListChecks } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { addDays, formatDay } from '../lib/time.ts';
import { QueryView, Skeleton } from '../ui/states.tsx';
import { TypeCounts } from '../ui/type-counts.tsx';
import { countsInWords, Score } from './score.tsx';

/** Today, tomorrow and three more days. */
const DAYS = 5;

const COLUMN = 'min-w-52 flex-1 border-r border-line px-2.5 py-1.5 last:border-r-0';

/**
 * Today and the next days of a store: what is planned, what is open on its last day, who is off,
 * and whose turn it is. It fills the height that the board reserves for it.
 */
export function NextDays({ board }: { board: WeekBoard }) {
  const { today, store } = board;
  const toDay = addDays(today, DAYS - 1);
  const query = trpc.verification.days.useQuery({ storeId: store.id, fromDay: today, toDay });
  return (
    <QueryView what="the next days" queries={[query]} data={query.data} skeleton={<NextDaysSkeleton />}>
      {({ days }) => (
        <ul className="flex h-full">
          {days.map((day) => (
            <DayColumn key={day.day} day={day} today={today} storeId={store.id} />
          ))}
          <li className="grid min-w-24 content-center justify-items-center px-2">
            <Link
              to="/checks"
              search={{ store: store.id }}
              className="grid min-h-11 content-center justify-items-center gap-1 rounded px-1 text-center text-xs font-medium text-accent-text hover:underline focus-visible:-outline-offset-2"
            >
              <ListChecks aria-hidden className="size-5" />
              All checks
            </Link>
          </li>
        </ul>
      )}
    </QueryView>
  );
}

/** The word for a day close to today. */
function wordFor(day: string, today: string): string | undefined {
  if (day === today) return 'Today';
  return day === addDays(today, 1) ? 'Tomorrow' : undefined;
}

function DayColumn({ day, today, storeId }: { day: VerifiedDay; today: string; storeId: number }) {
  const word = wordFor(day.day, today);
  const { due, holiday } = day;
  return (
    <li
      data-testid={`next-${day.day}`}
      className={`group relative grid content-start gap-0.5 hover:bg-surface-2 ${COLUMN} ${holiday ? 'bg-off' : ''}`}
    >
      <p className="flex items-center gap-2">
        <Link
          to="/day"
          search={{ day: day.day, store: storeId }}
          // The whole column leads to the day.
          className="min-w-0 flex-1 truncate text-sm font-semibold group-hover:underline after:absolute after:inset-0 focus-visible:-outline-offset-2"
        >
          {word && <>{word} </>}
          <span className={word ? 'font-normal text-ink-2' : ''}>{formatDay(day.day)}</span>
        </Link>
        <Score score={day.score} />
      </p>
      <Line text={countsInWords(day) || 'Nothing to correct'} isLoud={countsInWords(day) !== ''} />
      {/* One line of types; the Day page has them all. */}
      <div className="h-4.5 overflow-hidden">
        {day.counts.length > 0 ? <TypeCounts counts={day.counts} /> : <Line text="Nothing planned" />}
      </div>
      {holiday ? (
        <Line text={`Closed: ${holiday}`} />
      ) : (
        <>
          <Line
            text={
              due.length > 0 ? `${due.length} unscheduled, due in 24 h` : 'Nothing unscheduled is due in 24 h'
            }
            isLoud={due.length > 0}
          />
          <Line text={offWords(day)} />
          <Line text={turnWords(day)} isLoud={isTurnOff(day)} />
        </>
      )}
    </li>
  );
}

function Line({ text, isLoud = false }: { text: string; isLoud?: boolean }) {
  return (
    <p title={text} className={`truncate text-xs ${isLoud ? 'font-medium text-waiting' : 'text-ink-2'}`}>
      {text}
    </p>
  );
}

/** `Off: Ada Example (dentist), 3 by their usual week`. */
export function offWords({ off }: Pick<VerifiedDay, 'off'>): string {
  const named = off.filter(({ isUsual }) => !isUsual).map(({ name, reason }) => `${name} (${reason})`);
  const usual = off.length - named.length;
  if (off.length === 0) return 'Nobody is off';
  return `Off: ${[...named, ...(usual > 0 ? [`${usual} by their usual week`] : [])].join(', ')}`;
}

const isTurnOff = ({ turns }: Pick<VerifiedDay, 'turns'>): boolean =>
  Object.values(turns).some((turn) => turn !== null && turn.off !== null);

/** `Juicer Jo (off), Lead Lea, second Lou`. */
export function turnWords({ turns }: Pick<VerifiedDay, 'turns'>): string {
  const { juicer, primaryLead, secondaryLead } = turns;
  const parts = [
    { word: 'Juicer', turn: juicer },
    { word: 'Lead', turn: primaryLead },
    { word: 'second', turn: secondaryLead },
  ].flatMap(({ word, turn }) =>
    turn ? [`${word} ${turn.name}${turn.off === null ? '' : ` is off (${turn.off})`}`] : [],
  );
  return parts.join(', ') || 'No rotation';
}

function NextDaysSkeleton() {
  return (
    <div className="flex h-full overflow-hidden">
      {Array.from({ length: DAYS }, (_, index) => (
        <div key={index} className={`grid content-start gap-1.5 ${COLUMN}`}>
          <Skeleton className="h-5" />
          <Skeleton className="h-3.5 w-2/3" />
          <Skeleton className="h-3.5 w-4/5" />
          <Skeleton className="h-3.5 w-1/2" />
        </div>
      ))}
    </div>
  );
}
