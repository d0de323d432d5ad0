import type { EventRow } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Suspense, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useToday } from '../lib/time.ts';
import { toast } from '../ui/toast.tsx';
import { PlanDialog } from './dialogs.ts';

/** A button that gives a schedule to another person, from a ranked list. */
export function ChangePersonButton({ eventId, timeZone }: { eventId: number; timeZone: string }) {
  const utils = trpc.useUtils();
  const today = useToday(timeZone);
  const [row, setRow] = useState<EventRow>();
  const [isReading, setIsReading] = useState(false);
  const open = async () => {
    setIsReading(true);
    try {
      const read = await utils.events.get.fetch({ eventId }, { staleTime: 0 });
      if (read.schedule) setRow(read);
      else toast('It is no longer scheduled.', { tone: 'problem' });
    } catch (error) {
      toast(problemOf(error).message, { tone: 'problem' });
    } finally {
      setIsReading(false);
    }
  };
  return (
    <>
      <Button look="quiet" busy={isReading} onClick={() => void open()}>
        Change person
      </Button>
      {row?.schedule && (
        <Suspense>
          <PlanDialog
            plan={{ mode: 'person', event: row.event, current: row.schedule }}
            today={today}
            onClose={() => setRow(undefined)}
          />
        </Suspense>
      )}
    </>
  );
}
