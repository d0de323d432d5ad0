import type { PaperTemplate } from '@scheduler/server/router';
import { FIELD_BOX, Labelled, SelectField, TextField, TickBox } from '@scheduler/ui/field';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { LEVEL_WORDS } from './level-words.ts';

const LEVELS = ['event', 'day'] as const;
/** The server takes no more. */
const MOST_BYTES = 5 * 1024 * 1024;

/** Adds a template, or changes one. */
export function TemplateDialog({
  storeId,
  template,
  onClose,
}: {
  storeId: number;
  /** Null for a new one. */
  template: PaperTemplate | null;
  onClose: () => void;
}) {
  const utils = trpc.useUtils();
  const [version, setVersion] = useState(template?.version ?? 1);
  const [file, setFile] = useState<File>();
  const [name, setName] = useState(template?.name ?? '');
  const ended = {
    onSuccess: ({ name: saved, isActive }: PaperTemplate) => {
      toast(isActive ? `“${saved}” is part of packets.` : `Packets leave “${saved}” out.`);
      onClose();
    },
    onSettled: () => utils.packets.invalidate(),
  };
  const add = trpc.packets.addTemplate.useMutation(ended);
  const edit = trpc.packets.editTemplate.useMutation(ended);
  const saving = template ? edit : add;
  const { fields } = problemOf(saving.error ?? null);
  const isTooLarge = file !== undefined && file.size > MOST_BYTES;
  const submit = async (form: FormData) => {
    const level = form.get('level') === 'day' ? ('day' as const) : ('event' as const);
    const shared = { name: name.trim(), level };
    if (template)
      edit.mutate({ templateId: template.id, version, ...shared, isActive: form.has('isActive') });
    else if (file && !isTooLarge) add.mutate({ storeId, ...shared, content: await base64Of(file) });
  };
  return (
    <FormDialog
      title={template ? `Edit “${template.name}”` : 'Add a paper template'}
      action={template ? 'Save' : 'Add template'}
      busyLabel={template ? 'Saving…' : 'Uploading…'}
      saving={saving}
      onVersion={setVersion}
      onSubmit={(form) => void submit(form)}
      onClose={onClose}
    >
      {!template && (
        <Labelled
          label="PDF file"
          hint="Up to 5 MB, without a password."
          problem={isTooLarge ? 'The file is larger than 5 MB.' : saving.error && fields.content}
        >
          {(ids) => (
            <input
              {...ids}
              type="file"
              name="file"
              required
              accept=".pdf,application/pdf"
              className={`${FIELD_BOX} h-auto! py-1.5 file:mr-2`}
              onChange={({ target }) => {
                const chosen = target.files?.[0];
                setFile(chosen);
                add.reset();
                if (chosen && !name) setName(chosen.name.replace(/\.pdf$/i, '').slice(0, 80));
              }}
            />
          )}
        </Labelled>
      )}
      <TextField
        label="Name"
        name="name"
        required
        maxLength={80}
        autoComplete="off"
        value={name}
        onChange={({ target }) => setName(target.value)}
        problem={saving.error && fields.name}
      />
      <SelectField label="Printed" name="level" defaultValue={template?.level ?? 'event'}>
        {LEVELS.map((level) => (
          <option key={level} value={level}>
            {LEVEL_WORDS[level]}
          </option>
        ))}
      </SelectField>
      {template && (
        <TickBox name="isActive" defaultChecked={template.isActive}>
          It is printed
        </TickBox>
      )}
    </FormDialog>
  );
}

/** The content of a file in base64. */
async function base64Of(file: File): Promise<string> {
  const reader = new FileReader();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  reader.onload = () => resolve(String(reader.result));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
  return (await promise).replace(/^data:[^,]*,/, '');
}
