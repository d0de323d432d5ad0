import type { Reason } from '@scheduler/scheduling';
import { Button } from '@scheduler/ui/button';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { ReasonList } from '../ui/badges.tsx';
import { toast } from '../ui/toast.tsx';

/**
 * The button that takes Crossmark's side of a conflict. If a rule would be broken, for example
 * because a person is booked twice, it first shows a warning.
 */
export function TakeTheirs({
  eventId,
  label,
  busy,
  onTake,
}: {
  eventId: number;
  label: string;
  /** Whether it is being saved. */
  busy: boolean;
  onTake: () => void;
}) {
  const utils = trpc.useUtils();
  const [isChecking, setIsChecking] = useState(false);
  const [brokenRules, setBrokenRules] = useState<readonly Reason[]>([]);
  const checkRules = async () => {
    setIsChecking(true);
    try {
      const { theirsBreaks } = await utils.sync.get.fetch({ eventId }, { staleTime: 0 });
      if (theirsBreaks.length === 0) onTake();
      setBrokenRules(theirsBreaks);
    } catch (error) {
      toast(problemOf(error).message, { tone: 'problem' });
    } finally {
      setIsChecking(false);
    }
  };
  if (brokenRules.length === 0) {
    return (
      <Button busy={busy || isChecking} onClick={() => void checkRules()}>
        {label}
      </Button>
    );
  }
  return (
    <div
      role="alert"
      className="grid basis-full gap-2 rounded-md border border-waiting/40 bg-waiting-soft p-2.5 text-sm"
    >
      <p className="font-medium text-waiting">What Crossmark has breaks a rule here</p>
      <ReasonList reasons={brokenRules} brief />
      <div className="flex flex-wrap gap-2">
        {/* The focus goes to the button that changes nothing, because Enter may be pressed twice. */}
        <Button autoFocus onClick={() => setBrokenRules([])}>
          Leave it
        </Button>
        <Button
          busy={busy}
          onClick={() => {
            setBrokenRules([]);
            onTake();
          }}
        >
          Take it all the same
        </Button>
      </div>
    </div>
  );
}
