import { TextField } from '@scheduler/ui/field';
import { Search } from 'lucide-react';
import type { ComponentProps } from 'react';
import { useDraft } from './draft.ts';

/** Long enough to type the next letter, so that the server gets words and not single letters. */
const TYPING_MS = 250;

type TypedTextProps = { value: string; onChange: (value: string) => void };

/**
 * Returns the props of a text control that reports its text after a pause in typing, or at once on
 * Enter.
 */
function useTypedText({ value, onChange }: TypedTextProps): ComponentProps<'input'> {
  const draft = useDraft(value, onChange, TYPING_MS);
  return {
    value: draft.text,
    onChange: ({ target }) => draft.type(target.value, target.value.trim()),
    onKeyDown: ({ key }) => key === 'Enter' && draft.settle(),
    onBlur: draft.settle,
  };
}

/** A text field that reports its text after a pause in typing. */
export function TypedField({
  value,
  onChange,
  ...rest
}: Omit<ComponentProps<typeof TextField>, keyof TypedTextProps> & TypedTextProps) {
  return <TextField {...rest} {...useTypedText({ value, onChange })} />;
}

/** A search box that reports its text after a pause in typing, or at once on Enter. */
export function SearchBox({
  label,
  placeholder,
  value,
  onChange,
  className = 'min-w-44 sm:max-w-72',
}: TypedTextProps & {
  label: string;
  placeholder: string;
  className?: string;
}) {
  return (
    <div className={`relative flex-1 ${className}`}>
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2 size-4 -translate-y-1/2 text-ink-3"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        maxLength={100}
        {...useTypedText({ value, onChange })}
        className={`h-8 w-full min-w-0 rounded-md border bg-surface pr-2 pl-7 text-sm pointer-coarse:h-11 ${value === '' ? 'border-line-strong' : 'border-accent bg-accent-soft!'}`}
      />
    </div>
  );
}
