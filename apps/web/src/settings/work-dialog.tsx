import { ROLE_LIMITS } from '@scheduler/scheduling';
import type { Settings } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatClock, formatDuration } from '../lib/time.ts';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { LIMIT_WORDS, limitsRoles, type Work } from './work.ts';

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
            <li
              key={each}
              className="flex items-center gap-1 rounded-md border border-line-strong pl-2.5 text-sm"
            >
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
