import { Button } from '../ui/button.tsx';
import { Refusal } from '../ui/states.tsx';
import { problemOf } from '../words.ts';

/** A refused edit: who changed what, and where somebody else was first the ways on. */
export function Refused({
  error,
  onReapply,
  onLeave,
}: {
  error: unknown;
  /** Makes the change once more, on top of theirs. */
  onReapply: () => void;
  onLeave: () => void;
}) {
  if (!error) return null;
  return (
    <>
      <Refusal error={error} />
      {problemOf(error).code === 'stale' && (
        <div className="flex flex-wrap gap-2">
          <Button onClick={onReapply}>Reapply my change</Button>
          <Button onClick={onLeave}>Leave it as it is now</Button>
        </div>
      )}
    </>
  );
}
