import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import { keyOf, type Plan, type SimulatedBooking, type SimulatorState } from './world.ts';

const HEADER =
  'Project Name,Project Reference Number,Location MVID,Store Number,Store Name,Start Date/Time,Due Date/Time,Estimated Time,Rep Name,Employee ID,Schedule Date/Time';
/** A Core's booking includes its lunch; *Estimated Time* is the working time only. */
const CORE_LUNCH_MINUTES = 30;
/**
 * Minutes of work for a Core without a booking. The real file has its own figure for each project,
 * which the simulated world lacks.
 */
const CORE_WORKED_MINUTES = 360;
const OTHER_WORKED_MINUTES = 30;

/**
 * The file that a person downloads from Crossmark's own pages, in the form of real files: BOM,
 * CRLF, store-local times, names in capitals, *Estimated Time* in minutes of work, a blank line at
 * the end. Every second row of unscheduled work ends after the eighth field. @param
 * options.storeNumbers by store id, because no call of Crossmark's has them
 */
export function exportFile(
  state: SimulatorState,
  options: { kind: 'scheduled' | 'unscheduled'; storeNumbers: Readonly<Record<string, string>> },
): string {
  const bookingOf = new Map(state.bookings.map((booking) => [keyOf(booking), booking]));
  const rows = state.plans
    .filter((plan) => !CLOSED_CONDITIONS.includes(plan.condition))
    .filter((plan) => bookingOf.has(keyOf(plan)) === (options.kind === 'scheduled'))
    .map((plan, index) => {
      const store = state.stores.find(({ storeId }) => storeId === plan.storeId);
      const booking = bookingOf.get(keyOf(plan));
      const rep = state.reps.find(({ repId }) => repId === booking?.repId);
      const fields = [
        plan.name,
        `4${plan.mplanId}`,
        '7B1F0C52-3D7E-4C1B-9A64-5E0F2D8A9C31',
        options.storeNumbers[plan.storeId] ?? '',
        store?.name ?? '',
        `${usDay(plan.startsOn)} 12:00:00 AM`,
        `${usDay(plan.dueOn)} 12:01:00 AM`,
        String(estimatedMinutes(plan, booking)),
        rep ? `${rep.firstName} ${rep.lastName}`.toUpperCase() : '',
        rep?.employeeNumber ?? '',
        booking ? usDateTime(booking.startsAt, store?.timeZone ?? 'UTC') : '',
      ];
      return (booking || index % 2 === 0 ? fields : fields.slice(0, 8)).map(quote).join(',');
    });
  return `\ufeff${[HEADER, ...rows, ''].join('\r\n')}\r\n`;
}

function estimatedMinutes({ name }: Plan, booking: SimulatedBooking | undefined): number {
  const isCore = /- V2-CORE$/i.test(name);
  if (!booking) return isCore ? CORE_WORKED_MINUTES : OTHER_WORKED_MINUTES;
  const bookedMinutes = (Date.parse(booking.endsAt) - Date.parse(booking.startsAt)) / 60_000;
  return isCore ? bookedMinutes - CORE_LUNCH_MINUTES : bookedMinutes;
}

const quote = (field: string) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

function usDay(day: string): string {
  const [year, month, dayOfMonth] = day.split('-');
  return `${month}/${dayOfMonth}/${year}`;
}

function usDateTime(instant: string, timeZone: string): string {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone);
  const two = (number: number) => String(number).padStart(2, '0');
  const half = at.hour < 12 ? 'AM' : 'PM';
  const time = `${at.hour % 12 || 12}:${two(at.minute)}:${two(at.second)} ${half}`;
  return `${usDay(at.toPlainDate().toString())} ${time}`;
}
