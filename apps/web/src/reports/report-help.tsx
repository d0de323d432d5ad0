/** What each figure counts. */
export function ReportHelp({ publishedDaysBefore }: { publishedDaysBefore: number }) {
  const published =
    publishedDaysBefore === 0
      ? 'when its Sunday begins'
      : `${publishedDaysBefore} ${publishedDaysBefore === 1 ? 'day' : 'days'} before its Sunday begins`;
  const terms = [
    [
      'Hours, days, Cores',
      'Work of this store that is scheduled on days of these weeks. Hours are presence, with the lunch of a Core, as on the board; the file has them without it, too. Two events of a person on one day are one day.',
    ],
    [
      'On time',
      'Recorded days of attendance that were on time, of all recorded days. Days that nobody recorded don’t count.',
    ],
    [
      'Changes after publishing',
      `A week counts as published ${published}, which you can set above. From then on each change counts that somebody has to be told: work that gets another time, day or person, is unscheduled, or is added. Changes that Crossmark made count too. A change is of the week and the person who had the work; added work is of those that got it. A change that is undone counts twice.`,
    ],
    [
      'Coverage',
      'Of the events whose last possible day is in the week, those that are scheduled or done. Canceled events and those that Crossmark no longer lists don’t count.',
    ],
    [
      'Click to synced',
      'The time from saving a change to Crossmark holding it, for changes that people made to work of the week: half of them took less than the median. It is known as long as the records of attempts are kept, by default 90 days. Of older changes nothing is known, and a week without any known time has none.',
    ],
  ] as const;
  return (
    <details className="rounded-md border border-line bg-surface px-3 py-2 text-sm">
      <summary className="min-h-6 cursor-pointer font-medium">How these figures are counted</summary>
      <dl className="mt-2 grid max-w-prose gap-2">
        {terms.map(([term, text]) => (
          <div key={term}>
            <dt className="font-medium">{term}</dt>
            <dd className="text-ink-2">{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
