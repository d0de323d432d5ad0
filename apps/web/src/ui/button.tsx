import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';

const LOOKS = {
  primary: 'bg-accent text-accent-ink font-medium hover:brightness-110 border border-transparent',
  plain: 'border border-line-strong/60 bg-surface text-ink hover:bg-surface-2',
  quiet: 'border border-transparent text-ink-2 hover:bg-surface-2 hover:text-ink',
  danger: 'border border-failed/50 bg-surface text-failed hover:bg-failed-soft',
};

/** A button's look, for links that act as one. */
export function buttonClass(look: keyof typeof LOOKS, extra = ''): string {
  return `inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md px-3 text-sm whitespace-nowrap transition-colors pointer-coarse:h-10 disabled:cursor-not-allowed disabled:opacity-55 ${LOOKS[look]} ${extra}`;
}

/** While `busy` it keeps its width and takes no click; the word for it is `busyLabel`, else the label stays. */
export function Button({
  look = 'plain',
  busy = false,
  busyLabel,
  className = '',
  children,
  disabled,
  ...rest
}: ComponentProps<'button'> & { look?: keyof typeof LOOKS; busy?: boolean; busyLabel?: string }) {
  return (
    <button
      type="button"
      className={buttonClass(look, className)}
      disabled={disabled || busy}
      aria-busy={busy}
      {...rest}
    >
      {busy && <LoaderCircle aria-hidden className="size-4 animate-spin" />}
      {busy && busyLabel ? busyLabel : children}
    </button>
  );
}

/** A square button with a picture only: `label` is its name and its tip. */
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
