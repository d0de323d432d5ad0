import { ROLES } from '@scheduler/scheduling';
import type { Employee } from '@scheduler/server/router';
import { CircleCheck, Pencil, Plus, TriangleAlert, UserMinus, UserPlus } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { trpc } from '../api.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { addDays, formatDay, workDateOf } from '../time.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { SelectField, TextField, TickBox } from '../ui/field.tsx';
import { Bone, Empty, LoadError, Loading, Refusal } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { problemOf } from '../words.ts';

type Asked = { kind: 'add' } | { kind: 'edit' | 'retire'; person: Employee };

/** Who works in the club: add, change, retire, and whether Crossmark knows them. */
export function PeoplePage() {
  const mayWrite = useMayWrite();
  const [withRetired, setWithRetired] = useState(false);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState<Asked>();
  const query = trpc.employees.list.useQuery({ includeRetired: withRetired });
  const people = query.data ?? [];
  const wanted = text.trim().toLowerCase();
  const shown = people.filter((person) =>
    [person.name, person.role, person.employeeNumber, person.email].some((field) =>
      field?.toLowerCase().includes(wanted),
    ),
  );
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[100rem] gap-3 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-lg font-semibold">People</h1>
          <span role="status" className="text-sm text-ink-2">
            {query.data && `${shown.length} of ${people.length}`}
          </span>
          <input
            type="search"
            aria-label="Search people"
            placeholder="Search by name, role or number"
            value={text}
            onChange={(change) => setText(change.target.value)}
            className="h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 text-sm sm:ml-auto sm:w-72 pointer-coarse:h-11 pointer-coarse:text-base"
          />
          <TickBox checked={withRetired} onChange={(change) => setWithRetired(change.target.checked)}>
            Show retired
          </TickBox>
          {mayWrite && (
            <Button look="primary" onClick={() => setAsked({ kind: 'add' })}>
              <Plus aria-hidden className="size-4" />
              Add person
            </Button>
          )}
        </div>
        {query.isError && !query.data ? (
          <LoadError what="The people" error={query.error} onRetry={() => void query.refetch()} />
        ) : query.isPending ? (
          <Loading what="people">
            <div className="grid gap-2">
              {[1, 2, 3, 4, 5, 6, 7, 8].map((each) => (
                <Bone key={each} className="h-11" />
              ))}
            </div>
          </Loading>
        ) : people.length === 0 ? (
          <Empty title="Nobody is here yet.">
            Add the first person; Crossmark’s list is asked for their RepID at once.
          </Empty>
        ) : shown.length === 0 ? (
          <Empty title={`Nobody fits “${text}”.`} />
        ) : (
          <PeopleTable people={shown} mayWrite={mayWrite} onAsk={setAsked} />
        )}
      </div>
      {asked?.kind === 'add' && <PersonDialog onClose={() => setAsked(undefined)} />}
      {asked?.kind === 'edit' && <PersonDialog person={asked.person} onClose={() => setAsked(undefined)} />}
      {asked?.kind === 'retire' && <RetireDialog person={asked.person} onClose={() => setAsked(undefined)} />}
    </div>
  );
}

function PeopleTable({
  people,
  mayWrite,
  onAsk,
}: {
  people: readonly Employee[];
  mayWrite: boolean;
  onAsk: (asked: Asked) => void;
}) {
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full text-sm">
        <thead className="hidden bg-surface-2 text-left text-xs text-ink-2 md:table-header-group">
          <tr>
            {['Name', 'Role', 'Employee number', 'Contact', 'Crossmark'].map((head) => (
              <th key={head} scope="col" className="px-3 py-2 font-medium">
                {head}
              </th>
            ))}
            <th scope="col" className="px-3 py-2">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {people.map((person) => (
            // Below md each row becomes a small card: the same cells, one under the other.
            <tr
              key={person.id}
              data-testid={`person-${person.id}`}
              className="grid grid-cols-[1fr_auto] gap-x-2 px-3 py-2 md:table-row md:px-0 md:py-0"
            >
              <th scope="row" className="text-left font-medium md:px-3 md:py-2">
                {person.name}
                {person.terminatedOn && (
                  <span className="block text-xs font-normal text-ink-2">
                    Last work day {formatDay(person.terminatedOn)}, {person.terminatedOn.slice(0, 4)}
                  </span>
                )}
              </th>
              <td className="col-start-1 text-ink-2 md:px-3 md:py-2 md:text-ink">
                {person.role}
                {person.adultBeverageTrained && (
                  <span className="block text-xs text-ink-2">Adult beverage trained</span>
                )}
              </td>
              <td className="col-start-1 text-ink-2 md:px-3 md:py-2 md:text-ink">
                {person.employeeNumber ?? '–'}
              </td>
              <td className="col-start-1 text-xs break-all text-ink-2 md:px-3 md:py-2">
                {person.email && <span className="block">{person.email}</span>}
                {person.phone && <span className="block">{person.phone}</span>}
                {!person.email && !person.phone && '–'}
              </td>
              <td className="col-start-1 md:px-3 md:py-2">
                <LinkMark person={person} />
              </td>
              <td className="col-start-2 row-start-1 text-right whitespace-nowrap md:px-3 md:py-2">
                {mayWrite && (
                  <>
                    <IconButton label={`Edit ${person.name}`} onClick={() => onAsk({ kind: 'edit', person })}>
                      <Pencil aria-hidden className="size-4" />
                    </IconButton>
                    {person.terminatedOn ? (
                      <TakeBack person={person} />
                    ) : (
                      <IconButton
                        label={`Retire ${person.name}`}
                        onClick={() => onAsk({ kind: 'retire', person })}
                      >
                        <UserMinus aria-hidden className="size-4" />
                      </IconButton>
                    )}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TakeBack({ person }: { person: Employee }) {
  const utils = trpc.useUtils();
  const update = trpc.employees.update.useMutation({
    onSuccess: () => {
      toast(`${person.name} is back.`);
      return utils.employees.invalidate();
    },
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });
  return (
    <IconButton
      label={`Take ${person.name} back`}
      disabled={update.isPending}
      onClick={() =>
        update.mutate({ employeeId: person.id, version: person.version, changes: { terminatedOn: null } })
      }
    >
      <UserPlus aria-hidden className="size-4" />
    </IconButton>
  );
}

const LINKS: Record<Employee['linkState'], { word: string; look: string }> = {
  linked: { word: 'Linked', look: 'text-synced' },
  unchecked: { word: 'Being looked up…', look: 'text-pending' },
  not_found: { word: 'Not found', look: 'text-waiting' },
  ambiguous: { word: 'Several fit', look: 'text-waiting' },
  taken: { word: 'RepID taken', look: 'text-failed' },
};

/** Whether Crossmark knows a person: without that nothing of theirs can be booked. */
function LinkMark({ person }: { person: Employee }) {
  const { word, look } = LINKS[person.linkState];
  const Icon = person.linkState === 'linked' ? CircleCheck : TriangleAlert;
  return (
    <span className={`block text-xs ${look}`}>
      <span className="inline-flex items-center gap-1 font-medium">
        <Icon aria-hidden className="size-3.5" />
        {word}
        {person.repId && <span className="font-normal text-ink-2">RepID {person.repId}</span>}
      </span>
      {person.linkReason && <span className="block max-w-72 text-ink-2">{person.linkReason}</span>}
    </span>
  );
}

function PersonDialog({ person, onClose }: { person?: Employee; onClose: () => void }) {
  const formId = useId();
  const utils = trpc.useUtils();
  const done = (message: string) => {
    toast(message);
    void utils.employees.invalidate();
    void utils.board.week.invalidate();
    onClose();
  };
  const create = trpc.employees.create.useMutation({
    onSuccess: (made) => done(`${made.name} is added and being looked up in Crossmark.`),
  });
  const update = trpc.employees.update.useMutation({
    onSuccess: (changed) => done(`${changed.name} is saved.`),
  });
  const used = person ? update : create;
  const problem = used.error ? problemOf(used.error) : undefined;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const orNull = (name: string) => String(form.get(name) ?? '').trim() || null;
    const role = ROLES.find((each) => each === form.get('role')) ?? 'Event Specialist';
    const fields = {
      name: String(form.get('name')).trim(),
      email: orNull('email'),
      phone: orNull('phone'),
      role,
      employeeNumber: orNull('employeeNumber'),
      adultBeverageTrained: form.get('adultBeverageTrained') !== null,
    };
    if (person) update.mutate({ employeeId: person.id, version: person.version, changes: fields });
    else create.mutate(fields);
  };

  return (
    <Dialog
      shape="narrow"
      title={person ? `Edit ${person.name}` : 'Add a person'}
      description="The RepID comes from Crossmark alone: it is looked up by employee number, then by name."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form={formId}
            busy={used.isPending}
            busyLabel="Saving…"
            className="min-w-24"
          >
            {person ? 'Save' : 'Add'}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="grid gap-3.5">
        <TextField
          label="Name"
          name="name"
          required
          maxLength={120}
          autoComplete="off"
          defaultValue={person?.name}
          problem={problem?.fields.name}
        />
        <SelectField label="Role" name="role" defaultValue={person?.role ?? 'Event Specialist'}>
          {ROLES.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </SelectField>
        <TextField
          label="Employee number"
          name="employeeNumber"
          hint="Two letters and six digits, such as US123456."
          pattern="\s*[A-Za-z]{2}[0-9]{6}\s*"
          title="Two letters and six digits, such as US123456"
          autoComplete="off"
          defaultValue={person?.employeeNumber ?? ''}
          problem={problem?.fields.employeeNumber}
        />
        <div className="grid gap-3.5 sm:grid-cols-2">
          <TextField
            label="E-mail"
            name="email"
            type="email"
            autoComplete="off"
            defaultValue={person?.email ?? ''}
            problem={problem?.fields.email}
          />
          <TextField
            label="Phone"
            name="phone"
            type="tel"
            maxLength={40}
            autoComplete="off"
            defaultValue={person?.phone ?? ''}
            problem={problem?.fields.phone}
          />
        </div>
        <TickBox name="adultBeverageTrained" defaultChecked={person?.adultBeverageTrained}>
          Adult beverage trained
        </TickBox>
        {problem && Object.keys(problem.fields).length === 0 && <Refusal error={used.error} />}
      </form>
    </Dialog>
  );
}

function RetireDialog({ person, onClose }: { person: Employee; onClose: () => void }) {
  const formId = useId();
  const utils = trpc.useUtils();
  const detail = trpc.employees.get.useQuery({ employeeId: person.id });
  const stores = trpc.stores.list.useQuery();
  const zone = stores.data?.find((store) => store.id === person.storeId)?.timeZone;
  const today = zone ? workDateOf(new Date().toISOString(), zone) : undefined;
  const [chosen, setChosen] = useState<string>();
  const lastWorkDay = chosen ?? today;
  const retire = trpc.employees.delete.useMutation({
    onSuccess: ({ outcome, terminatedOn, schedulesToReassign }) => {
      const left = schedulesToReassign.length;
      toast(
        outcome === 'deleted'
          ? `${person.name} is removed: nothing was ever scheduled for them.`
          : `${person.name} is retired${terminatedOn ? ` as of ${formatDay(terminatedOn)}` : ''}.${left ? ` ${left} later ${left === 1 ? 'schedule needs' : 'schedules need'} somebody else.` : ''}`,
      );
      void utils.employees.invalidate();
      void utils.board.week.invalidate();
      onClose();
    },
  });
  const after = (detail.data?.upcoming ?? []).filter((work) => lastWorkDay && work.workDate > lastWorkDay);
  return (
    <Dialog
      shape="narrow"
      title={`Retire ${person.name}?`}
      description="They can’t be planned after their last work day. What they did stays on record. Somebody who was never scheduled is removed."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="danger"
            type="submit"
            form={formId}
            busy={retire.isPending}
            busyLabel="Saving…"
            disabled={!lastWorkDay}
            className="min-w-24"
          >
            Retire
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          if (lastWorkDay) retire.mutate({ employeeId: person.id, version: person.version, lastWorkDay });
        }}
      >
        <TextField
          label="Last work day"
          type="date"
          required
          value={lastWorkDay ?? ''}
          max={today && addDays(today, 365)}
          onChange={(change) => setChosen(change.target.value)}
        />
        <div className="min-h-16 text-sm">
          {after.length > 0 && (
            <>
              <p className="text-waiting">
                {after.length === 1
                  ? 'One schedule after that day needs'
                  : `${after.length} schedules after that day need`}{' '}
                somebody else:
              </p>
              <ul className="mt-1 list-disc pl-5 text-ink-2">
                {after.slice(0, 8).map((work) => (
                  <li key={work.scheduleId}>
                    {formatDay(work.workDate)}: {work.eventName}
                  </li>
                ))}
                {after.length > 8 && <li>and {after.length - 8} more</li>}
              </ul>
            </>
          )}
          {detail.data && after.length === 0 && (
            <p className="text-ink-2">Nothing is planned for them after that day.</p>
          )}
        </div>
        <Refusal error={retire.error} />
      </form>
    </Dialog>
  );
}
