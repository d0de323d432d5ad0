import { todayIn } from './time.ts';

/**
 * Saves a CSV text as a file that is named after the store's current day, such as
 * `events-2026-01-05.csv`.
 */
export function downloadCsv(name: string, text: string, timeZone: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}-${todayIn(timeZone)}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}
