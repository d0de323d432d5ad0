import { Button, IconButton } from '@scheduler/ui/button';
import { X } from 'lucide-react';
import { createExternalStore, useExternalStore } from '../lib/external-store.ts';

interface Toast {
  id: number;
  message: string;
  tone: 'done' | 'problem';
  action?: { label: string; run: () => void };
}

/** Long enough to read a sentence and press Undo. */
const STAYS_MS = 10_000;

const toasts = createExternalStore<readonly Toast[]>([]);
let nextId = 1;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

function keepFor(id: number): void {
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => dismiss(id), STAYS_MS),
  );
}

/**
 * Shows a notice in a corner, with a button if there is an action. Problems stay until they are
 * closed. Returns a function that removes the notice.
 */
export function toast(
  message: string,
  options: { tone?: Toast['tone']; action?: Toast['action'] } = {},
): () => void {
  const id = nextId++;
  const tone = options.tone ?? 'done';
  const next = { id, message, tone, ...(options.action && { action: options.action }) };
  toasts.set([...toasts.get().slice(-1), next]);
  if (tone === 'done') keepFor(id);
  return () => dismiss(id);
}

export function Toasts() {
  const visibleToasts = useExternalStore(toasts, (all) => all);
  return (
    <section
      aria-label="Notices"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-3 top-14 z-60 grid sm:top-auto sm:bottom-3 justify-items-center gap-2 sm:inset-x-auto sm:left-4 sm:justify-items-start"
    >
      {visibleToasts.map(({ id, message, tone, action }) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: hovering only holds the notice, everything in it is a button
        <div
          key={id}
          onMouseEnter={() => clearTimeout(timers.get(id))}
          onMouseLeave={() => tone === 'done' && keepFor(id)}
          className={`pointer-events-auto flex max-w-md items-center gap-2 rounded-md border bg-surface py-1.5 pr-1.5 pl-3 text-sm shadow-float ${tone === 'problem' ? 'border-failed/60' : 'border-line'}`}
        >
          <span className="min-w-0 flex-1">{message}</span>
          {action && (
            <Button
              look="quiet"
              className="font-medium text-accent-text!"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton label="Close notice" onClick={() => dismiss(id)}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </div>
      ))}
    </section>
  );
}
