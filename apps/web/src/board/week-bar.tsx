import { ROLES } from '@scheduler/scheduling';
import type { WeekBoard } from '@scheduler/server/router';
import { Button, buttonClass } from '@scheduler/ui/button';
import { SelectField, TickBox } from '@scheduler/ui/field';
import { Link } from '@tanstack/react-router';
import { ChevronDown, Printer, SlidersHorizontal } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useMemo } from 'react';
import { chooseLook, useNextDays } from '../lib/theme.ts';
import type { SearchChange } from '../search-params.ts';
import { PopoverBox } from '../ui/popover-box.tsx';
import type { BoardSearch } from './board-search.ts';
import { jumpTo } from './jump.ts';
import { newsOf, type WeekNews } from './week-news.ts';

interface BarProps {
  board: WeekBoard;
  search: BoardSearch;
  onSearch: (change: SearchChange<BoardSearch>) => void;
}

const NEWS_LOOKS: Record<WeekNews['kind'], { one: string; many: string; look: string }> = {
  problem: { one: 'problem', many: 'problems', look: 'bg-waiting-soft text-waiting' },
  failed: { one: 'failed', many: 'failed', look: 'bg-failed-soft text-failed' },
  conflict: { one: 'conflict', many: 'conflicts', look: 'bg-conflict-soft text-conflict' },
  due: { one: 'due', many: 'due', look: 'bg-surface-2 text-ink-2' },
};

/** On a phone: the strip, the filter of people and the way to paper, for its menu. */
export function WeekInMenu(props: BarProps) {
  return (
    <>
      <div className="flex flex-wrap items-center gap-1">
        <WeekStrip {...props} />
      </div>
      <PeopleFilter {...props} />
      <PrintLink search={props.search} look="plain" />
    </>
  );
}

/** The switch of the next days, and what needs attention in the week. */
export function WeekStrip(props: Omit<BarProps, 'search'>) {
  return (
    <>
      <NextDaysSwitch />
      <WeekNewsList {...props} />
    </>
  );
}

/** Opens and closes the next days below the head of the board. */
function NextDaysSwitch() {
  const isOpen = useNextDays();
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      aria-controls="next-days"
      onClick={() => chooseLook('next-days', isOpen ? 'closed' : 'open')}
      className={`mr-1 inline-flex shrink-0 items-center gap-0.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap hover:underline pointer-coarse:py-2 ${isOpen ? 'bg-accent-soft text-accent-text' : 'bg-surface-2 text-ink-2'}`}
    >
      Next days
      <ChevronDown aria-hidden className={`size-3.5 ${isOpen ? 'rotate-180' : ''}`} />
    </button>
  );
}

/** The counts of what needs attention in the week. Each leads to its next card. */
function WeekNewsList({ board, onSearch }: Omit<BarProps, 'search'>) {
  const news = useMemo(() => newsOf(board), [board]);
  return (
    <nav
      aria-label="Needs attention this week"
      className="flex flex-wrap items-center gap-1 text-xs empty:hidden"
    >
      {news.map(({ kind, eventIds }) => {
        const { one, many, look } = NEWS_LOOKS[kind];
        const words = `${eventIds.length} ${eventIds.length === 1 ? one : many}`;
        return (
          <button
            key={kind}
            type="button"
            title={`${words} in this week: go to the next one`}
            onClick={() => jumpTo(eventIds, () => onSearch({ view: kind === 'due' ? 'tray' : undefined }))}
            className={`rounded-full px-2 py-0.5 font-medium whitespace-nowrap hover:underline pointer-coarse:py-2 ${look}`}
          >
            {words}
          </button>
        );
      })}
    </nav>
  );
}

/** Which people are shown, and the week on paper. */
export function WeekView(props: BarProps) {
  const { group } = props.search;
  const count = countOf(props.search);
  return (
    <>
      <Popover.Root>
        <Popover.Trigger
          className={buttonClass('quiet', count > 0 ? 'bg-accent-soft! text-accent-text!' : '')}
        >
          <SlidersHorizontal aria-hidden className="size-4" />
          <span className="sr-only min-[1280px]:not-sr-only">People{count > 0 && ` (${count})`}</span>
        </Popover.Trigger>
        <PopoverBox label="People on the board" className="w-64">
          <PeopleFilter {...props} />
          <TickBox
            checked={group !== undefined}
            onChange={({ target }) => props.onSearch({ group: target.checked ? 'role' : undefined })}
          >
            Group by role
          </TickBox>
        </PopoverBox>
      </Popover.Root>
      <PrintLink search={props.search} look="quiet" />
    </>
  );
}

const countOf = ({ role, person, room }: BoardSearch): number => [role, person, room].filter(Boolean).length;

/** Which people are shown. */
function PeopleFilter({ board, search, onSearch }: BarProps) {
  const { role, person, room } = search;
  return (
    <>
      <SelectField
        label="Role"
        value={role ?? ''}
        onChange={({ target }) => onSearch({ role: ROLES.find((each) => each === target.value) })}
      >
        <option value="">All roles</option>
        {ROLES.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </SelectField>
      <SelectField
        label="Person"
        value={String(person ?? '')}
        onChange={({ target }) => onSearch({ person: Number(target.value) || undefined })}
      >
        <option value="">Everybody</option>
        {board.people.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <TickBox
        checked={room !== undefined}
        onChange={({ target }) => onSearch({ room: target.checked ? 'yes' : undefined })}
      >
        Has room for a Core
      </TickBox>
      {countOf(search) > 0 && (
        <Button onClick={() => onSearch({ role: undefined, person: undefined, room: undefined })}>
          Show everybody
        </Button>
      )}
    </>
  );
}

/** The way to the week on paper, with the people that are shown. */
function PrintLink({ search, look }: { search: BoardSearch; look: 'quiet' | 'plain' }) {
  const { store, week, role, person, room } = search;
  return (
    <Link
      to="/week/print"
      search={{
        ...(store && { store }),
        ...(week && { week }),
        ...(role && { role }),
        ...(person && { person }),
        ...(room && { room }),
      }}
      className={buttonClass(look)}
    >
      <Printer aria-hidden className="size-4" />
      <span className={look === 'quiet' ? 'sr-only min-[1500px]:not-sr-only' : ''}>Print</span>
    </Link>
  );
}
