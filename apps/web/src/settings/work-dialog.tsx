import { ROLE_LIMITS, withArticle } from '@scheduler/scheduling';
import type { Settings } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import { useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatClock, formatDuration } from '../lib/time.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { SlotList, slotsOf } from './slot-list.tsx';
import { hasLunch, LIMIT_WORDS, limitsRoles, type Work } from './work.ts';

export function WorkDialog({
  settings,
  work,
  onClose,
}: {
  settings: Settings;
  work: Work;
  onClose: () => void;
}) {
  const utils = trpc.useUtils();
  const [version, setVersion] = useState(settings.store.version);
  const [slots, setSlots] = useState(slotsOf(work, settings.store));
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
    // A time that was entered but not yet added is saved as well.
    const starts = [...new Set([...Object.keys(slots), ...(slot ? [slot] : [])])];
    save.mutate({
      storeId: settings.store.id,
      version,
      type: work.type,
      slots: starts,
      ...(hasLunch(work) && { slotTimes: slots }),
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
      disabled={Object.keys(slots).length === 0 && !slot}
      onSubmit={submit}
      onVersion={setVersion}
      onClose={onClose}
    >
      <SlotList
        work={work}
        slots={slots}
        entered={slot}
        problems={save.error ? problemOf(save.error).fields : {}}
        onChange={setSlots}
        onEnter={setSlot}
      />
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
          legend={`Done by ${work.roles.map(withArticle).join(' or ')}`}
          words={LIMIT_WORDS}
          options={ROLE_LIMITS}
          value={roleLimit}
          onChange={setRoleLimit}
        />
      )}
      <div>
        <Button
          onClick={() => {
            setSlots(slotsOf(work));
            setMinutes(String(work.usualMinutes));
            setRoleLimit(work.usualRoleLimit);
          }}
        >
          Reset to the defaults
        </Button>
      </div>
    </FormDialog>
  );
}

/** Radio buttons for a few options, each with its label. */
export function Choice<Option extends string>({
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
