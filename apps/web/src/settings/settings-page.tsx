import { currentInstant } from '@scheduler/runtime/browser-clock';
import { type EventType, NOON_CHECK_ORDERS, ROLE_LIMITS, ROLES, type RoleLimit } from '@scheduler/scheduling';
import type { Settings } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { Pencil, Trash2 } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatClock, formatDay, formatDuration, formatTime } from '../lib/time.ts';
import { NOON_CHECK_WORDS } from '../lib/words.ts';
import { useIsAdmin } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { TypeMark } from '../ui/badges.tsx';
import { DateField } from '../ui/date-field.tsx';
import { SelectField, TextField, TickBox } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Empty, QueryView, Refusal, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

/**
 * How the scheduler works in a store: when work usually starts, how long it takes and who does it, name and zone, noon
 * checks, holidays.
 */
export function SettingsPage() {
  useTitle('Settings');
  const isAdmin = useIsAdmin();
  const query = trpc.settings.get.useQuery({});
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[80rem] grid-cols-1 gap-4 p-3 sm:p-4">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <h1 className="text-lg font-semibold">Settings</h1>
          {!isAdmin && <p className="text-sm text-ink-2">Only an admin can change them.</p>}
        </div>
        <QueryView
          what="the settings"
          queries={[query]}
          data={query.data}
          skeleton={
            <div className="grid gap-4 lg:grid-cols-2">
              <Skeleton className="h-96" />
              <Skeleton className="h-96" />
            </div>
          }
        >
          {(settings) => (
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
              <WorkSection settings={settings} isAdmin={isAdmin} />
              <div className="grid grid-cols-1 gap-4">
                <StoreSection settings={settings} isAdmin={isAdmin} />
                <NoonCheckSection settings={settings} isAdmin={isAdmin} />
                <Holidays settings={settings} isAdmin={isAdmin} />
              </div>
            </div>
          )}
        </QueryView>
      </div>
    </div>
  );
}

type Work = Settings['types'][number];
interface Shown {
  settings: Settings;
  isAdmin: boolean;
}

const SECTION = 'grid grid-cols-1 gap-3 rounded-md border border-line bg-surface p-3';

function WorkSection({ settings, isAdmin }: Shown) {
  const [asked, setAsked] = useState<EventType>();
  const work = settings.types.find((each) => each.type === asked);
  return (
    <section aria-labelledby="work" className={SECTION}>
      <div>
        <h2 id="work" className="font-semibold">
          Kinds of work
        </h2>
        <p className="text-sm text-ink-2">
          The starts are offered when work is planned. Durations count for events that come from now on; those
          that are here keep theirs, and a name or a CSV row that tells a duration wins. People of other roles
          do a kind of work only where it is set so, one by one and with a reason that is kept.
        </p>
      </div>
      <table className="block w-full text-sm sm:table">
        <thead className="hidden text-left text-xs text-ink-2 sm:table-header-group">
          <tr>
            {['Type', 'Usual starts', 'Duration', 'Done by'].map((head) => (
              <th key={head} scope="col" className="py-1.5 pr-3 font-medium">
                {head}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="block divide-y divide-line sm:table-row-group">
          {settings.types.map((each) => (
            <tr
              key={each.type}
              data-testid={`type-${each.type}`}
              className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-2 py-1.5 sm:table-row"
            >
              <th scope="row" className="text-left font-medium sm:py-1.5 sm:pr-3">
                <TypeMark type={each.type} whole />
              </th>
              <td className="col-start-1 sm:py-1.5 sm:pr-3">
                {each.slots.map(formatClock).join(', ')}
                {each.slots.join() !== each.usualSlots.join() && <Own />}
              </td>
              <td className="col-start-1 whitespace-nowrap sm:py-1.5 sm:pr-3">
                {formatDuration(each.minutes)}
                {each.minutes !== each.usualMinutes && <Own />}
              </td>
              <td className="col-start-1 sm:py-1.5 sm:pr-3">
                {doneBy(each)}
                {each.roleLimit !== each.usualRoleLimit && <Own />}
              </td>
              <td className="col-start-2 row-start-1 text-right sm:py-1">
                {isAdmin && (
                  <IconButton label={`Edit ${each.type}`} onClick={() => setAsked(each.type)}>
                    <Pencil aria-hidden className="size-4" />
                  </IconButton>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {work && <WorkDialog settings={settings} work={work} onClose={() => setAsked(undefined)} />}
    </section>
  );
}

const limitsRoles = ({ roles }: Work): boolean => roles.length < ROLES.length;

/** Who does a kind of work, for the table. */
function doneBy(work: Work): string {
  if (!limitsRoles(work)) return 'Everybody';
  const roles = work.roles.join(', ');
  return work.roleLimit === 'soft' ? `${roles}; others with a reason` : roles;
}

const LIMIT_WORDS: Record<RoleLimit, string> = {
  hard: 'These roles alone',
  soft: 'Others too, with a reason that is kept',
};

const Own = () => <span className="text-xs text-ink-2"> (set here)</span>;

function WorkDialog({ settings, work, onClose }: { settings: Settings; work: Work; onClose: () => void }) {
  const utils = trpc.useUtils();
  const [version, setVersion] = useState(settings.store.version);
  const [slots, setSlots] = useState(work.slots);
  const [slot, setSlot] = useState('');
  const [minutes, setMinutes] = useState(String(work.minutes));
  const [roleLimit, setRoleLimit] = useState(work.roleLimit);
  const save = trpc.settings.setEventType.useMutation({
    onSuccess: async () => {
      toast(`${work.type} is saved.`);
      onClose();
      await utils.invalidate();
    },
  });
  const submit = () => {
    // A time that was entered and not yet added is meant as well.
    const all = slot ? [...slots, slot] : slots;
    save.mutate({
      storeId: settings.store.id,
      version,
      type: work.type,
      slots: all,
      minutes: Number(minutes),
      roleLimit,
    });
  };
  return (
    <FormDialog
      title={
        limitsRoles(work) ? `${work.type}: starts, duration and roles` : `${work.type}: starts and duration`
      }
      description={`As usual: ${work.usualSlots.map(formatClock).join(', ')}; ${formatDuration(work.usualMinutes)}.`}
      action="Save"
      saving={save}
      disabled={slots.length === 0 && !slot}
      onSubmit={submit}
      onVersion={setVersion}
      onClose={onClose}
    >
      <div className="grid gap-2">
        <h3 className="text-sm font-medium">Usual starts, store time</h3>
        <ul className="flex flex-wrap gap-2">
          {slots.map((each) => (
            <li key={each} className="flex items-center rounded-md border border-line-strong pl-2.5 text-sm">
              {formatClock(each)}
              <IconButton
                label={`Remove ${formatClock(each)}`}
                onClick={() => setSlots(slots.filter((other) => other !== each))}
              >
                <Trash2 aria-hidden className="size-4" />
              </IconButton>
            </li>
          ))}
        </ul>
        <div className="flex items-end gap-2">
          <div className="w-40">
            <TextField
              label="Another start"
              type="time"
              value={slot}
              onChange={(change) => setSlot(change.target.value)}
            />
          </div>
          <Button
            className="h-9!"
            disabled={!slot}
            onClick={() => {
              setSlots([...new Set([...slots, slot])].sort());
              setSlot('');
            }}
          >
            Add start
          </Button>
        </div>
      </div>
      <div className="w-40">
        <TextField
          label="Minutes"
          type="number"
          required
          min={1}
          max={1440}
          value={minutes}
          onChange={(change) => setMinutes(change.target.value)}
        />
      </div>
      {limitsRoles(work) && (
        <Choice
          legend={`Done by ${work.roles.map((role) => `a ${role}`).join(' or ')}`}
          words={LIMIT_WORDS}
          options={ROLE_LIMITS}
          value={roleLimit}
          onChange={setRoleLimit}
        />
      )}
      <div>
        <Button
          onClick={() => {
            setSlots(work.usualSlots);
            setMinutes(String(work.usualMinutes));
            setRoleLimit(work.usualRoleLimit);
          }}
        >
          Back to the usual
        </Button>
      </div>
    </FormDialog>
  );
}

/** One of a few things, each with its words, as radio buttons. */
function Choice<Option extends string>({
  legend,
  options,
  words,
  value,
  onChange,
}: {
  legend: string;
  options: readonly Option[];
  words: Record<Option, string>;
  value: Option;
  onChange: (option: Option) => void;
}) {
  const name = useId();
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      {options.map((option) => (
        <label
          key={option}
          className="flex items-start gap-2 text-sm pointer-coarse:min-h-10 pointer-coarse:items-center"
        >
          <input
            type="radio"
            name={name}
            checked={option === value}
            onChange={() => onChange(option)}
            className="mt-0.5 size-4 shrink-0 accent-accent pointer-coarse:mt-0 pointer-coarse:size-5"
          />
          {words[option]}
        </label>
      ))}
    </fieldset>
  );
}

function NoonCheckSection({ settings, isAdmin }: Shown) {
  const [editing, setEditing] = useState(false);
  return (
    <section aria-labelledby="noon-checks" className={SECTION}>
      <div className="flex items-center gap-2">
        <h2 id="noon-checks" className="font-semibold">
          Noon checks
        </h2>
        {isAdmin && (
          <Button className="ml-auto" onClick={() => setEditing(true)}>
            <Pencil aria-hidden className="size-4" />
            Edit noon checks
          </Button>
        )}
      </div>
      <p className="text-sm">{NOON_CHECK_WORDS[settings.store.noonCheckBy]}.</p>
      {editing && <NoonCheckDialog settings={settings} onClose={() => setEditing(false)} />}
    </section>
  );
}

function NoonCheckDialog({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const utils = trpc.useUtils();
  const { store } = settings;
  const [version, setVersion] = useState(store.version);
  const [noonCheckBy, setNoonCheckBy] = useState(store.noonCheckBy);
  const save = trpc.settings.setNoonCheck.useMutation({
    onSuccess: async () => {
      toast('Who does noon checks is saved.');
      onClose();
      await utils.invalidate();
    },
  });
  return (
    <FormDialog
      title="Noon checks"
      description="Who is given the Supervisor event when its Core is scheduled. Those that are scheduled stay as they are."
      action="Save"
      saving={save}
      onSubmit={() => save.mutate({ storeId: store.id, version, noonCheckBy })}
      onVersion={setVersion}
      onClose={onClose}
    >
      <Choice
        legend="Who is asked first"
        words={NOON_CHECK_WORDS}
        options={NOON_CHECK_ORDERS}
        value={noonCheckBy}
        onChange={setNoonCheckBy}
      />
    </FormDialog>
  );
}

function StoreSection({ settings, isAdmin }: Shown) {
  const { store } = settings;
  const [editing, setEditing] = useState(false);
  const facts = [
    ['Name', store.name],
    ['Number', store.number],
    ['Time zone', store.timeZone],
    ['Crossmark’s id', store.crossmarkStoreId],
  ];
  return (
    <section aria-labelledby="store" className={SECTION}>
      <div className="flex items-center gap-2">
        <h2 id="store" className="font-semibold">
          Store
        </h2>
        {isAdmin && (
          <Button className="ml-auto" onClick={() => setEditing(true)}>
            <Pencil aria-hidden className="size-4" />
            Edit store
          </Button>
        )}
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        {facts.map(([term, fact]) => (
          <div key={term} className="contents">
            <dt className="text-ink-2">{term}</dt>
            <dd className="min-w-0">{fact}</dd>
          </div>
        ))}
      </dl>
      {editing && <StoreDialog settings={settings} onClose={() => setEditing(false)} />}
    </section>
  );
}

function StoreDialog({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const utils = trpc.useUtils();
  const { store, upcoming } = settings;
  const [version, setVersion] = useState(store.version);
  const [timeZone, setTimeZone] = useState(store.timeZone);
  const save = trpc.settings.setStore.useMutation({
    onSuccess: async (saved) => {
      toast(`${saved.name} is saved.`);
      onClose();
      await utils.invalidate();
    },
  });
  const problem = save.error ? problemOf(save.error) : undefined;
  const moved = timeZone !== store.timeZone;
  const zones = [...new Set([store.timeZone, ...Intl.supportedValuesOf('timeZone')])].sort();
  const now = currentInstant();
  return (
    <FormDialog
      title={`Edit ${store.name}`}
      action={moved ? 'Save and change the zone' : 'Save'}
      look={moved ? 'danger' : 'primary'}
      saving={save}
      onSubmit={(form) =>
        save.mutate({
          storeId: store.id,
          version,
          name: String(form.get('name')).trim(),
          number: String(form.get('number')).trim(),
          timeZone,
        })
      }
      onVersion={setVersion}
      onClose={onClose}
    >
      <TextField
        label="Name"
        name="name"
        required
        maxLength={120}
        defaultValue={store.name}
        problem={problem?.fields.name}
      />
      <TextField
        label="Number"
        name="number"
        required
        maxLength={20}
        hint="The company’s own, as in CSV files."
        defaultValue={store.number}
        problem={problem?.fields.number}
      />
      <SelectField
        label="Time zone"
        value={timeZone}
        onChange={(change) => setTimeZone(change.target.value)}
        problem={problem?.fields.timeZone}
      >
        {zones.map((zone) => (
          <option key={zone}>{zone}</option>
        ))}
      </SelectField>
      {moved && (
        <div role="status" className="rounded-md border border-waiting/40 bg-waiting-soft p-2.5 text-sm">
          <p className="font-medium text-waiting">What another zone means</p>
          <ul className="mt-1 list-disc pl-4">
            <li>
              Now it is {formatTime(now, store.timeZone)} by the old zone and {formatTime(now, timeZone)} by
              the new one.
            </li>
            <li>
              {upcoming === 0
                ? 'Nothing is planned from today on.'
                : `${upcoming} planned ${upcoming === 1 ? 'schedule keeps its instant' : 'schedules keep their instants'}: the board shows them at the new zone’s time, on the day that it is there.`}
            </li>
            <li>
              Crossmark’s list is read again, for it tells times on the store’s clocks. What it shows at
              another time than here is taken over from it.
            </li>
          </ul>
        </div>
      )}
    </FormDialog>
  );
}

function Holidays({ settings, isAdmin }: Shown) {
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
    toast(`${name} is a holiday now. What is planned on it is not changed; the board marks it.`);
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
