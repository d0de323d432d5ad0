import { type ComponentProps, type ReactNode, useId } from 'react';

export const FIELD_BOX =
  'w-full rounded-md border border-line-strong bg-surface px-2.5 text-sm text-ink h-9 pointer-coarse:h-11 disabled:opacity-60 aria-invalid:border-failed';

/** A control with its label, hint and problem. */
export function Labelled({
  label,
  hint,
  problem,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  problem?: ReactNode;
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        ...((hint || problem) && { 'aria-describedby': noteId }),
        ...(problem ? { 'aria-invalid': true } : {}),
      })}
      {(hint || problem) && (
        <p id={noteId} className={`text-xs ${problem ? 'text-failed' : 'text-ink-2'}`}>
          {problem || hint}
        </p>
      )}
    </div>
  );
}

type Extra = { label: ReactNode; hint?: ReactNode; problem?: ReactNode };

export function TextField({ label, hint, problem, ...rest }: ComponentProps<'input'> & Extra) {
  return (
    <Labelled label={label} hint={hint} problem={problem}>
      {(ids) => <input {...ids} className={FIELD_BOX} {...rest} />}
    </Labelled>
  );
}

export function SelectField({ label, hint, problem, children, ...rest }: ComponentProps<'select'> & Extra) {
  return (
    <Labelled label={label} hint={hint} problem={problem}>
      {(ids) => (
        <select {...ids} className={FIELD_BOX} {...rest}>
          {children}
        </select>
      )}
    </Labelled>
  );
}

export function TickBox({ children, ...rest }: ComponentProps<'input'>) {
  return (
    <label className="flex items-start gap-2 text-sm pointer-coarse:min-h-10 pointer-coarse:items-center">
      <input
        type="checkbox"
        className="mt-0.5 size-4 shrink-0 accent-accent pointer-coarse:mt-0 pointer-coarse:size-5"
        {...rest}
      />
      <span>{children}</span>
    </label>
  );
}
