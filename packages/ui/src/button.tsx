import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';

const LOOKS = {
  primary: 'bg-accent text-accent-ink font-medium hover:brightness-110 border border-transparent',
  plain:
    'border border-(color:--control-line) font-(weight:--control-weight) bg-surface text-ink hover:bg-surface-2',
  quiet: 'border border-transparent text-ink-2 hover:bg-surface-2 hover:text-ink',
  danger: 'border border-failed/50 bg-surface text-failed hover:bg-failed-soft',
};

/** Returns the classes of a button, for links that look like one. */
export function buttonClass(look: keyof typeof LOOKS, extra = ''): string {
  return `inline-flex h-(--control-height) shrink-0 items-center justify-center gap-1.5 rounded-md px-3 text-sm whitespace-nowrap transition-colors pointer-coarse:h-10 disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 ${LOOKS[look]} ${extra}`;
}

/**
 * A button. While it is `busy`, it keeps its size and the focus and ignores clicks. It then shows
 * `busyLabel`, or keeps its label as its name.
 */
export function Button({
  look = 'plain',
  busy,
  busyLabel,
  className = '',
  children,
  onClick,
  ...rest
}: ComponentProps<'button'> & { look?: keyof typeof LOOKS; busy?: boolean; busyLabel?: string }) {
  const face = 'col-start-1 row-start-1 inline-flex items-center justify-center gap-1.5';
  // A label that is hidden by its opacity still gives the button its name.
  const away = busyLabel ? 'invisible' : 'opacity-0';
  return (
    <button
      type="button"
      className={buttonClass(look, className)}
      // A disabled button would lose the focus and would not get it back.
      aria-disabled={busy || undefined}
      aria-busy={busy}
      onClick={(click) => {
        if (busy) click.preventDefault();
        else onClick?.(click);
      }}
      {...rest}
    >
      {busy === undefined ? (
        children
      ) : (
        // Both faces always take up space, and one of them is visible.
        <span className="grid">
          <span className={`${face} ${busy ? away : ''}`}>{children}</span>
          <span className={`${face} ${busy ? '' : 'invisible'}`}>
            {/* Even out of sight, an animation would have the browser draw every frame. */}
            <LoaderCircle aria-hidden className={`size-4 ${busy ? 'animate-spin' : ''}`} />
            {busyLabel}
          </span>
        </span>
      )}
    </button>
  );
}

/** A square button with only an icon. `label` is its name and its tooltip. */
export function IconButton({
  label,
  look = 'quiet',
  className = '',
  ...rest
}: ComponentProps<'button'> & { label: string; look?: keyof typeof LOOKS }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={buttonClass(look, `w-8 px-0! pointer-coarse:w-10 ${className}`)}
      {...rest}
    />
  );
}
