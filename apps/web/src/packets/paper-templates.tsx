import type { PaperTemplate } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { ArrowDown, ArrowUp, FileUp, Pencil, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { SECTION } from '../settings/section.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { LEVEL_WORDS } from './level-words.ts';
import { pagesInWords, sizeInWords } from './sizes.ts';
import { TemplateDialog } from './template-dialog.tsx';

type Open = { kind: 'add' } | { kind: 'edit' | 'remove'; template: PaperTemplate };

/** The store's own PDF templates, which are part of each packet. Admins change them. */
export function PaperTemplates({ storeId, isAdmin }: { storeId: number; isAdmin: boolean }) {
  const utils = trpc.useUtils();
  const query = trpc.packets.templates.useQuery({ storeId });
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const list = useRef<HTMLUListElement>(null);
  const move = trpc.packets.moveTemplate.useMutation({
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.packets.invalidate(),
  });
  const moved = useRef<{ templateId: number; steps: number }>(undefined);
  const moveBy = (template: PaperTemplate, steps: number) => {
    moved.current = { templateId: template.id, steps };
    move.mutate({
      templateId: template.id,
      version: template.version,
      position: template.position + steps,
    });
  };
  // A row that changes its place loses the focus, and at either end the pressed button is disabled.
  useEffect(() => {
    if (moved.current && list.current) returnFocus(list.current, moved.current);
    moved.current = undefined;
  }, [query.data]);
  const count = query.data?.length ?? 0;
  return (
    <section aria-labelledby="templates" className={SECTION}>
      <div className="flex flex-wrap items-start gap-2">
        <div className="min-w-0 flex-1 basis-60">
          <h2 id="templates" className="font-semibold">
            Paper templates
          </h2>
          <p className="text-sm text-ink-2">
            The store’s own PDF sheets. Packets have them after the instructions of each event, or once at the
            end of the day.
          </p>
        </div>
        {isAdmin && (
          <Button onClick={() => setOpen({ kind: 'add' })}>
            <FileUp aria-hidden className="size-4" />
            Add template
          </Button>
        )}
      </div>
      <QueryView
        what="the paper templates"
        queries={[query]}
        data={query.data}
        empty={count === 0 && <Empty title="There is no template yet." />}
        skeleton={<SkeletonRows count={2} height="h-10" />}
      >
        {(templates) => (
          <ul ref={list} className="divide-y divide-line" data-testid="templates">
            {templates.map((template) => (
              <li
                key={template.id}
                data-template={template.id}
                className="flex flex-wrap items-center gap-x-2 py-1.5 text-sm"
              >
                <span className="min-w-0 flex-1 basis-52">
                  <span className={`font-medium wrap-anywhere ${template.isActive ? '' : 'text-ink-2'}`}>
                    {template.name}
                  </span>
                  <span className="block text-xs text-ink-2">
                    {LEVEL_WORDS[template.level]}, {pagesInWords(template.pages)},{' '}
                    {sizeInWords(template.size)}
                    {!template.isActive && ', not printed'}
                  </span>
                </span>
                {isAdmin && (
                  <span className="ml-auto flex">
                    <IconButton
                      label={`Move ${template.name} up`}
                      disabled={template.position === 1}
                      data-steps={-1}
                      onClick={() => moveBy(template, -1)}
                    >
                      <ArrowUp aria-hidden className="size-4" />
                    </IconButton>
                    <IconButton
                      label={`Move ${template.name} down`}
                      disabled={template.position === count}
                      data-steps={1}
                      onClick={() => moveBy(template, 1)}
                    >
                      <ArrowDown aria-hidden className="size-4" />
                    </IconButton>
                    <IconButton
                      label={`Edit ${template.name}`}
                      onClick={() => setOpen({ kind: 'edit', template })}
                    >
                      <Pencil aria-hidden className="size-4" />
                    </IconButton>
                    <IconButton
                      label={`Delete ${template.name}`}
                      onClick={() => setOpen({ kind: 'remove', template })}
                    >
                      <Trash2 aria-hidden className="size-4" />
                    </IconButton>
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </QueryView>
      {open?.kind === 'add' && <TemplateDialog storeId={storeId} template={null} onClose={close} />}
      {open?.kind === 'edit' && <TemplateDialog storeId={storeId} template={open.template} onClose={close} />}
      {open?.kind === 'remove' && <RemoveDialog template={open.template} onClose={close} />}
    </section>
  );
}

/** Gives the focus back to the button that moved a template, or to the other one if it is disabled now. */
function returnFocus(list: HTMLElement, moved: { templateId: number; steps: number }): void {
  const isElsewhere = document.activeElement !== document.body && !list.contains(document.activeElement);
  if (isElsewhere) return;
  const row = list.querySelector(`[data-template="${moved.templateId}"]`);
  const buttons = [`[data-steps="${moved.steps}"]:enabled`, '[data-steps]:enabled'];
  const button = buttons.map((which) => row?.querySelector<HTMLElement>(which)).find(Boolean);
  button?.focus();
}

function RemoveDialog({ template, onClose }: { template: PaperTemplate; onClose: () => void }) {
  const utils = trpc.useUtils();
  const [version, setVersion] = useState(template.version);
  const remove = trpc.packets.removeTemplate.useMutation({
    onSuccess: onClose,
    onSettled: () => utils.packets.invalidate(),
  });
  return (
    <FormDialog
      title={`Delete “${template.name}”?`}
      action="Delete"
      look="danger"
      busyLabel="Deleting…"
      saving={remove}
      onVersion={setVersion}
      onSubmit={() => remove.mutate({ templateId: template.id, version })}
      onClose={onClose}
    >
      <p className="text-sm">
        Packets no longer have it, and its file is gone. To keep the file, edit the template and untick that
        it is printed.
      </p>
    </FormDialog>
  );
}
