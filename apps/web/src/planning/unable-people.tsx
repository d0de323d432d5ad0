import type { Suggestions } from '@scheduler/server/router';

/** Those who can't, in one line until it is opened: a sentence for each kind of reason. */
export function UnablePeople({ count, cannot }: { count: number; cannot: Suggestions['cannot'] }) {
  if (count <= 0) return null;
  return (
    <details className="text-sm">
      <summary className="cursor-pointer text-xs text-ink-2 pointer-coarse:py-3">
        {count === 1 ? '1 person can’t' : `${count} people can’t`}
      </summary>
      <ul className="grid gap-1 pt-1 text-xs text-ink-2">
        {cannot.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    </details>
  );
}
