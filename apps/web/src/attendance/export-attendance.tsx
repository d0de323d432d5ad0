import { trpc } from '../lib/api.ts';
import { ExportButton } from '../ui/export-button.tsx';

/** Saves a month's records as a file, of all people or of one. */
export function ExportAttendance({
  month,
  storeId,
  employeeId,
  timeZone,
}: {
  month: string;
  /** By default the first one. */
  storeId: number | undefined;
  employeeId?: number;
  timeZone: string | undefined;
}) {
  const utils = trpc.useUtils();
  return (
    <ExportButton
      name={`attendance-${month}`}
      timeZone={timeZone}
      read={() =>
        utils.attendance.export.fetch(
          {
            month,
            ...(storeId !== undefined && { storeId }),
            ...(employeeId !== undefined && { employeeId }),
          },
          { staleTime: 0, gcTime: 0 },
        )
      }
      className="ml-auto"
      aria-label="Export the month"
      title="A CSV file with every record of the month and the work days that nobody marked"
    >
      Export
    </ExportButton>
  );
}
