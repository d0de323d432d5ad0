import { Button, IconButton } from '@scheduler/ui/button';
import { TextField, TickBox } from '@scheduler/ui/field';
import { Trash2 } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatDay } from '../lib/time.ts';
import { DateField } from '../ui/date-field.tsx';
import { Empty, Refusal } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { SECTION, type SectionProps } from './section.ts';

export function Holidays({ settings, isAdmin }: SectionProps) {
  const utils = trpc.useUtils();
  const [day, setDay] = useState('');
  const [yearly, setYearly] = useState(false);
  const add = trpc.settings.addHoliday.useMutation();
  const remove = trpc.settings.removeHoliday.useMutation({
    onSuccess: () => utils.invalidate(),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });
  const problem = add.error ? problemOf(add.error) : undefined;
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const name = String(form.get('name')).trim();
    try {
      await add.mutateAsync({ day, name, yearly });
    } catch {
      // The mutation keeps its error; it is shown below.
      return;
    }
    toast(`${name} is a holiday now. Schedules on that day are not changed; the board marks them.`);
    element.reset();
    setDay('');
    setYearly(false);
    await utils.invalidate();
  };
  return (
    <section aria-labelledby="holidays" className={SECTION}>
      <div>
        <h2 id="holidays" className="font-semibold">
          Holidays
        </h2>
        <p className="text-sm text-ink-2">Days on which nobody works, in all stores.</p>
      </div>
      {settings.holidays.length === 0 ? (
        <Empty title="There is no holiday yet." />
      ) : (
        <ul className="divide-y divide-line" data-testid="holidays">
          {settings.holidays.map((holiday) => (
            <li key={holiday.id} className="flex items-center gap-2 py-1 text-sm">
              <span className="min-w-0 flex-1">
                <span className="font-medium">{holiday.name}</span>
                <span className="block text-xs text-ink-2">
                  {holiday.yearly
                    ? `Every year on ${formatDay(holiday.day).slice(4)}`
                    : `${formatDay(holiday.day)}, ${holiday.day.slice(0, 4)}`}
                </span>
              </span>
              {isAdmin && (
                <IconButton
                  label={`Remove ${holiday.name}`}
                  disabled={remove.isPending}
                  onClick={() => remove.mutate({ holidayId: holiday.id })}
                >
                  <Trash2 aria-hidden className="size-4" />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
      )}
      {isAdmin && (
        <form onSubmit={(event) => void submit(event)} className="grid gap-3 border-t border-line pt-3">
          <div className="grid gap-3 sm:grid-cols-[10rem_minmax(0,1fr)]">
            <DateField label="Day" required value={day} onChange={setDay} problem={problem?.fields.day} />
            <TextField
              label="Holiday"
              name="name"
              required
              maxLength={120}
              autoComplete="off"
              problem={problem?.fields.name}
            />
          </div>
          <TickBox checked={yearly} onChange={(change) => setYearly(change.target.checked)}>
            Every year
          </TickBox>
          <Button type="submit" busy={add.isPending} busyLabel="Adding…" className="justify-self-start">
            Add holiday
          </Button>
          {problem && Object.keys(problem.fields).length === 0 && <Refusal error={add.error} />}
        </form>
      )}
    </section>
  );
}
