import { isFound } from '@scheduler/scheduling';
import type { Employee, RepList } from '@scheduler/server/router';
import { TextField } from '@scheduler/ui/field';
import { useEffect, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useHasAllStores } from '../shell/use-session.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Empty, QueryView, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { RepListAge } from './link-mark.tsx';

/** The dialog that links a person to a rep of Crossmark's list. */
export function LinkDialog({ person, onClose }: { person: Employee; onClose: () => void }) {
  const utils = trpc.useUtils();
  const [version, setVersion] = useState(person.version);
  const [chosen, setChosen] = useState<string>();
  const [text, setText] = useState(person.name.split(' ').at(-1) ?? '');
  const list = trpc.reps.list.useQuery();
  const read = trpc.reps.read.useMutation({ onSuccess: () => utils.reps.invalidate() });
  // The user needs a list to choose from, so the first one is read automatically.
  const hasAllStores = useHasAllStores();
  const never = hasAllStores && list.data?.reading === null;
  const hasRequested = useRef(false);
  const readFirst = read.mutate;
  useEffect(() => {
    if (!never || hasRequested.current) return;
    hasRequested.current = true;
    readFirst();
  }, [never, readFirst]);
  const link = trpc.reps.link.useMutation({
    onSuccess: (linked) => {
      toast(`${linked.name} is rep ${linked.repId}. Their schedules are now sent to Crossmark.`);
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
      description="Their schedules are booked under the RepID that you choose."
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
  const matches = reps.filter((rep) => isFound(text, [rep.name, rep.repId, rep.employeeNumber]));
  if (matches.length === 0) {
    return (
      <Empty title={reps.length === 0 ? 'No rep is known yet.' : `No rep matches “${text}”.`}>
        {reps.length > 0 && 'Clear the search to see all of them.'}
      </Empty>
    );
  }
  return (
    <fieldset className="divide-y divide-line rounded-md border border-line">
      <legend className="sr-only">Reps in Crossmark</legend>
      {matches.map((rep) => {
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
                {taken && `. Linked to ${rep.holder?.name}.`}
              </span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
