import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';

/** Long enough to type the next letter: the server is asked for words, not for letters. */
const TYPING_MS = 250;

/** A search box that tells what is in it once the typing rests, or at once on Enter. */
export function SearchBox({
  label,
  placeholder,
  value,
  onChange,
  className = 'sm:max-w-72',
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}) {
  const [typed, setTyped] = useState(value);
  // The address changed by other means, such as the browser's Back or “Clear filters”.
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    if (value !== typed.trim()) setTyped(value);
  }
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <div className={`relative min-w-44 flex-1 ${className}`}>
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2 size-4 -translate-y-1/2 text-ink-3"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        maxLength={100}
        value={typed}
        onChange={(change) => setTyped(change.target.value)}
        onKeyDown={(key) => key.key === 'Enter' && onChange(typed.trim())}
        className={`h-8 w-full min-w-0 rounded-md border bg-surface pr-2 pl-7 text-sm pointer-coarse:h-11 pointer-coarse:text-base ${value === '' ? 'border-line-strong' : 'border-accent bg-accent-soft!'}`}
      />
    </div>
  );
}
