import { isFound } from '@scheduler/scheduling';
import type { Employee, RepList, RepReading } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { CircleCheck, RefreshCw, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useFormatMoment } from '../lib/time.ts';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Empty, QueryView, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

const LINKS: Record<Employee['linkState'], { word: string; look: string }> = {
  linked: { word: 'Linked', look: 'text-synced' },
  unchecked: { word: 'Being looked up…', look: 'text-pending' },
  not_found: { word: 'Not found', look: 'text-waiting' },
  ambiguous: { word: 'Several fit', look: 'text-waiting' },
  taken: { word: 'RepID taken', look: 'text-failed' },
};

/** Whether Crossmark knows a person: without that nothing of theirs can be booked. */
export function LinkMark({ person }: { person: Employee }) {
  const { word, look } = LINKS[person.linkState];
  const Icon = person.linkState === 'linked' ? CircleCheck : TriangleAlert;
  return (
    <span className={`block text-xs ${look}`}>
      <span className="inline-flex items-center gap-1 font-medium">
        <Icon aria-hidden className="size-3.5" />
        {word}
        {person.repId && <span className="font-normal text-ink-2">RepID {person.repId}</span>}
      </span>
      {person.linkReason && (
        <span className="block max-w-80 text-ink-2">{asSentence(person.linkReason)}</span>
      )}
    </span>
  );
}

const asSentence = (reason: string): string =>
  `${reason[0]?.toUpperCase()}${reason.slice(1)}${reason.endsWith('.') ? '' : '.'}`;

/** How old the rep list is, and a way to have it read anew; says why where it takes long. */
export function RepListAge({ reading, readAt }: { reading: RepReading | null; readAt: string | null }) {
  const formatMoment = useFormatMoment();
  const utils = trpc.useUtils();
  const read = trpc.reps.read.useMutation({
    onSuccess: () => utils.reps.invalidate(),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });
  const running = reading?.state === 'queued';
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-sm">
      <span role="status" className={reading?.state === 'failed' ? 'text-failed' : 'text-ink-2'}>
        {running
          ? reading.failureReason
            ? `Crossmark could not be read yet: ${reading.failureReason} It is tried again by itself.`
            : 'Reading Crossmark’s rep list…'
          : reading?.state === 'failed'
            ? `The last reading failed: ${reading.failureReason}`
            : readAt
              ? `Crossmark’s list as of ${formatMoment(readAt)}`
              : 'Crossmark’s rep list was not read yet.'}
      </span>
      <Button busy={running || read.isPending} busyLabel="Reading…" onClick={() => read.mutate()}>
        <RefreshCw aria-hidden className="size-4" />
        {readAt ? 'Read it again' : 'Read it now'}
      </Button>
    </div>
  );
}

/** Says by hand which rep of Crossmark's list a person is. */
export function LinkDialog({ person, onClose }: { person: Employee; onClose: () => void }) {
  const utils = trpc.useUtils();
  const [version, setVersion] = useState(person.version);
  const [chosen, setChosen] = useState<string>();
  const [text, setText] = useState(person.name.split(' ').at(-1) ?? '');
  const list = trpc.reps.list.useQuery();
  const read = trpc.reps.read.useMutation({ onSuccess: () => utils.reps.invalidate() });
  // Whoever opens this wants to choose from a list: the first one is read without being asked for.
  const never = list.data?.reading === null;
  const asked = useRef(false);
  const readFirst = read.mutate;
  useEffect(() => {
    if (!never || asked.current) return;
    asked.current = true;
    readFirst();
  }, [never, readFirst]);
  const link = trpc.reps.link.useMutation({
    onSuccess: (linked) => {
      toast(`${linked.name} is rep ${linked.repId}. What is planned for them goes to Crossmark now.`);
      void utils.employees.invalidate();
      void utils.reps.invalidate();
      void utils.board.week.invalidate();
      onClose();
    },
  });
  return (
    <FormDialog
      shape="middle"
      title={`Which rep is ${person.name}?`}
      description="What is planned for them is booked under the RepID that you choose."
      action="Link"
      saving={link}
      busyLabel="Linking…"
      disabled={!chosen}
      onSubmit={() => {
        if (chosen) link.mutate({ employeeId: person.id, version, repId: chosen });
      }}
      onVersion={setVersion}
      onClose={onClose}
    >
      {list.data && <RepListAge {...list.data} />}
      <TextField
        label="Search reps"
        type="search"
        hint="By name, RepID or employee number."
        value={text}
        onChange={(change) => setText(change.target.value)}
      />
      <QueryView what="the reps" queries={[list]} data={list.data} skeleton={<Skeleton className="h-40" />}>
        {({ reps }) => (
          <Reps reps={reps} text={text} personId={person.id} chosen={chosen} onChoose={setChosen} />
        )}
      </QueryView>
    </FormDialog>
  );
}

function Reps({
  reps,
  text,
  personId,
  chosen,
  onChoose,
}: {
  reps: RepList['reps'];
  text: string;
  personId: number;
  chosen: string | undefined;
  onChoose: (repId: string) => void;
}) {
  const shown = reps.filter((rep) => isFound(text, [rep.name, rep.repId, rep.employeeNumber]));
  if (shown.length === 0) {
    return (
      <Empty title={reps.length === 0 ? 'No rep is known yet.' : `No rep fits “${text}”.`}>
        {reps.length > 0 && 'Clear the search to see all of them.'}
      </Empty>
    );
  }
  return (
    <fieldset className="divide-y divide-line rounded-md border border-line">
      <legend className="sr-only">Reps in Crossmark</legend>
      {shown.map((rep) => {
        const taken = rep.holder !== null && rep.holder.id !== personId;
        return (
          <label
            key={rep.repId}
            className="flex items-center gap-2.5 px-3 py-2 text-sm has-checked:bg-accent-soft pointer-coarse:py-3"
          >
            <input
              type="radio"
              name="rep"
              value={rep.repId}
              checked={chosen === rep.repId}
              disabled={taken}
              onChange={() => onChoose(rep.repId)}
              className="size-4 shrink-0 accent-accent"
            />
            <span className="min-w-0 flex-1">
              <span className="block font-medium">{rep.name}</span>
              <span className="block text-xs text-ink-2">
                RepID {rep.repId}
                {rep.employeeNumber && `, employee number ${rep.employeeNumber}`}
                {taken && `. Is ${rep.holder?.name} here.`}
              </span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
