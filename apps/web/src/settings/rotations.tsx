import type { RotationsView } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { Trash2 } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { addDays, formatDay, useToday } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { DateField } from '../ui/date-field.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { Empty, QueryView, Refusal, SkeletonRows } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { SECTION, type SectionProps } from './section.ts';

type Kind = RotationsView['weekdays'][number]['kind'];

const KINDS: readonly Kind[] = ['juicer', 'primary_lead'];
const KIND_WORDS: Record<Kind, string> = { juicer: 'Juicer', primary_lead: 'Primary Lead' };
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Whose turn it is by weekday, and on single days. Dispatchers set them. */
export function Rotations({ settings }: Pick<SectionProps, 'settings'>) {
  const { store } = settings;
  const query = trpc.plan.rotations.useQuery({ storeId: store.id });
  return (
    <section aria-labelledby="rotations" className={SECTION}>
      <div>
        <h2 id="rotations" className="font-semibold">
          Rotations
        </h2>
        <p className="text-sm text-ink-2">
          Whose turn it is on each weekday; dispatchers set it too. Plans and suggestions ask them first. The
          secondary Lead is another Lead who is in that day, else the Club Supervisor.
        </p>
      </div>
      <QueryView
        what="the rotations"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={7} height="h-9" />}
      >
        {(rotations) => (
          <>
            <Weekdays rotations={rotations} timeZone={store.timeZone} />
            <Exceptions rotations={rotations} timeZone={store.timeZone} />
          </>
        )}
      </QueryView>
    </section>
  );
}

interface RotationsProps {
  rotations: RotationsView;
  timeZone: string;
}

/** Each choice is saved at once; the next days show what comes of it. */
function Weekdays({ rotations, timeZone }: RotationsProps) {
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const today = useToday(timeZone);
  const { storeId, weekdays, choices } = rotations;
  const turns = trpc.plan.turns.useQuery({ storeId, fromDay: today, toDay: addDays(today, 6) });
  const set = trpc.plan.setTurn.useMutation({
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.invalidate(),
  });
  return (
    <table className="w-full text-sm">
      <thead className="text-left text-xs text-ink-2">
        <tr>
          <th scope="col" className="py-1.5 pr-2 font-medium">
            Day
          </th>
          {KINDS.map((kind) => (
            <th key={kind} scope="col" className="py-1.5 pr-2 font-medium">
              {KIND_WORDS[kind]}
            </th>
          ))}
          <th scope="col" className="hidden py-1.5 font-medium sm:table-cell">
            Secondary Lead
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {WEEKDAYS.map((word, weekday) => {
          const next = turns.data?.find(({ day }) => new Date(`${day}T12:00:00Z`).getUTCDay() === weekday);
          return (
            <tr key={word} data-testid={`rotation-${weekday}`}>
              <th scope="row" className="py-1 pr-2 text-left font-medium">
                <span aria-hidden className="sm:hidden">
                  {word.slice(0, 3)}
                </span>
                <span className="sr-only sm:not-sr-only">{word}</span>
              </th>
              {KINDS.map((kind) => {
                const now = weekdays.find((each) => each.kind === kind && each.weekday === weekday);
                if (!mayWrite) {
                  return (
                    <td key={kind} className="py-1 pr-2">
                      {now?.name ?? '–'}
                    </td>
                  );
                }
                // Whoever has left or has another role by now stays in the list until replaced.
                const isListed = choices[kind].some(({ employeeId }) => employeeId === now?.employeeId);
                return (
                  <td key={kind} className="py-1 pr-2">
                    <select
                      aria-label={`${KIND_WORDS[kind]} on ${word}`}
                      value={now?.employeeId ?? ''}
                      disabled={set.isPending}
                      onChange={({ target }) =>
                        set.mutate({
                          ...{ storeId, kind, weekday, seen: now?.employeeId ?? null },
                          employeeId: target.value === '' ? null : Number(target.value),
                        })
                      }
                      className="h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-1.5 pointer-coarse:h-11"
                    >
                      <option value="">Nobody</option>
                      {now && !isListed && <option value={now.employeeId}>{now.name}</option>}
                      {choices[kind].map(({ employeeId, name }) => (
                        <option key={employeeId} value={employeeId}>
                          {name}
                        </option>
                      ))}
                    </select>
                  </td>
                );
              })}
              <td className="hidden py-1 text-xs text-ink-2 sm:table-cell">
                {next?.secondaryLead ? `${next.secondaryLead.name} (${formatDay(next.day)})` : '–'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Single days on which it is somebody else's turn. */
function Exceptions({ rotations, timeZone }: RotationsProps) {
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const today = useToday(timeZone);
  const { storeId, exceptions, choices } = rotations;
  const [day, setDay] = useState('');
  const [kind, setKind] = useState<Kind>('juicer');
  const save = trpc.plan.setException.useMutation({ onSettled: () => utils.invalidate() });
  const remove = trpc.plan.setException.useMutation({
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.invalidate(),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    const reason = String(values.get('reason')).trim();
    const before = exceptions.find((each) => each.kind === kind && each.day === day);
    save.mutate(
      {
        ...{ storeId, kind, day, seen: before?.employeeId ?? null },
        employeeId: Number(values.get('employeeId')),
        ...(reason !== '' && { reason }),
      },
      {
        onSuccess: () => {
          form.reset();
          setDay('');
        },
      },
    );
  };
  return (
    <div className="grid gap-2 border-t border-line pt-3">
      <h3 className="text-sm font-medium">Exceptions</h3>
      {exceptions.length === 0 ? (
        <Empty title="There is no exception from today on." />
      ) : (
        <ul className="divide-y divide-line" data-testid="rotation-exceptions">
          {exceptions.map((each) => (
            <li key={`${each.kind} ${each.day}`} className="flex items-center gap-2 py-1 text-sm">
              <span className="min-w-0 flex-1">
                <span className="font-medium">{each.name}</span>, {KIND_WORDS[each.kind]} on{' '}
                {formatDay(each.day)}
                {each.reason && <span className="block text-xs text-ink-2">{each.reason}</span>}
              </span>
              {mayWrite && (
                <IconButton
                  label={`Remove ${KIND_WORDS[each.kind]} on ${formatDay(each.day)}`}
                  disabled={remove.isPending}
                  onClick={() =>
                    remove.mutate({
                      ...{ storeId, kind: each.kind, day: each.day },
                      ...{ employeeId: null, seen: each.employeeId },
                    })
                  }
                >
                  <Trash2 aria-hidden className="size-4" />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayWrite && (
        <form onSubmit={submit} className="grid gap-3">
          <div className="grid gap-3 sm:grid-cols-2">
            <DateField label="On" required min={today} value={day} onChange={setDay} />
            <SelectField label="Turn" value={kind} onChange={({ target }) => setKind(target.value as Kind)}>
              {KINDS.map((each) => (
                <option key={each} value={each}>
                  {KIND_WORDS[each]}
                </option>
              ))}
            </SelectField>
            <SelectField key={kind} label="Person" name="employeeId" required defaultValue="">
              <option value="" disabled>
                Choose somebody
              </option>
              {choices[kind].map(({ employeeId, name }) => (
                <option key={employeeId} value={employeeId}>
                  {name}
                </option>
              ))}
            </SelectField>
            <TextField label="Reason, if any" name="reason" maxLength={200} autoComplete="off" />
          </div>
          <Refusal error={save.error} />
          <div>
            <Button type="submit" busy={save.isPending} busyLabel="Saving…">
              Add exception
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}
