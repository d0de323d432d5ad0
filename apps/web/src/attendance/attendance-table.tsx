// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table may be a grid of the keyboard; its cells are gridcells then
import type { AttendanceMonth } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { formatMonth } from '../lib/time.ts';
import { shortcutOf } from '../ui/shortcuts.ts';
import { AttendanceCell } from './attendance-cell.tsx';
import { countsInWords, rateInWords } from './statuses.ts';
import type { PersonDay } from './use-record-attendance.ts';

/**
 * A month's attendance: a row a person, a column a day. One stop of the Tab key: arrows move by
 * days and people, Enter opens the day.
 */
export function AttendanceTable({
  month,
  people,
  onOpen,
}: {
  month: AttendanceMonth;
  people: AttendanceMonth['people'];
  /** Undefined for viewers. */
  onOpen: ((day: PersonDay) => void) | undefined;
}) {
  const [focused, setFocused] = useState({ row: 0, column: 0 });
  const stop = {
    row: Math.min(focused.row, people.length - 1),
    column: Math.min(focused.column, month.days.length - 1),
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) => {
    const steps: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const step = steps[shortcutOf(event) ?? ''];
    if (!step || !(event.target instanceof HTMLElement) || !event.target.dataset.attendanceDay) return;
    event.preventDefault();
    const rows = event.currentTarget.querySelectorAll('tbody tr');
    const cells = rows[stop.row + step[0]]?.querySelectorAll<HTMLElement>('[data-attendance-day]');
    cells?.[stop.column + step[1]]?.focus();
  };
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface max-md:hidden">
      <table
        role="grid"
        aria-label={`Attendance, ${formatMonth(month.month)}`}
        onKeyDown={onKeyDown}
        className="w-full text-sm"
      >
        <thead className="bg-surface-2 text-xs text-ink-2">
          <tr>
            <th scope="col" className="sticky left-0 z-10 bg-surface-2 px-3 py-2 text-left font-medium">
              Name
            </th>
            <th scope="col" className="px-2 text-right font-medium">
              On time
            </th>
            <th scope="col" className="px-2 text-right font-medium">
              Not marked
            </th>
            {month.days.map((day) => (
              <th
                key={day}
                scope="col"
                aria-current={day === month.today ? 'date' : undefined}
                className={`px-0.5 text-center font-normal ${day === month.today ? 'font-semibold text-accent-text' : ''}`}
              >
                {Number(day.slice(8))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {people.map((person, row) => {
            const recordOn = new Map(person.records.map((record) => [record.day, record]));
            return (
              <tr key={person.employeeId}>
                <th
                  scope="row"
                  className="sticky left-0 z-10 max-w-48 truncate bg-surface px-3 py-1 text-left font-medium"
                >
                  <Link
                    to="/people/$id"
                    params={{ id: String(person.employeeId) }}
                    title={person.name}
                    className="hover:underline"
                  >
                    {person.name}
                  </Link>
                </th>
                <td className="px-2 text-right tabular-nums" title={countsInWords(person)}>
                  {rateInWords(person)}
                </td>
                <td className="px-2 text-right tabular-nums text-ink-2">{person.unmarked || ''}</td>
                {month.days.map((day, column) => (
                  <td key={day} className="px-0.5 py-1">
                    <AttendanceCell
                      name={person.name}
                      day={day}
                      record={recordOn.get(day)}
                      hasWork={person.workDays.includes(day)}
                      isToCome={day > month.today}
                      stop={stop.row === row && stop.column === column}
                      onFocus={() => setFocused({ row, column })}
                      onOpen={
                        onOpen && day <= month.today
                          ? () =>
                              onOpen({
                                employeeId: person.employeeId,
                                name: person.name,
                                day,
                                record: recordOn.get(day),
                              })
                          : undefined
                      }
                    />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
