import { reasonsAgainstDay } from '@scheduler/scheduling';
import type { BoardEvent, BoardPerson, WeekBoard } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { UserRoundX } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { formatDay, formatDuration, formatTime } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { SuggestionPicker } from '../planning/suggestion-picker.tsx';
import { useShownPlan } from '../review/shown.ts';
import { ReasonList, TypeMark } from '../ui/badges.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { QueryView, SkeletonRows } from '../ui/states.tsx';

/**
 * The dialog of an empty cell: the unscheduled events that the person could do on that day, ranked.
 */
export function ChooseEventDialog({
  board,
  person,
  day,
  onPick,
  onOff,
  onClose,
}: {
  board: WeekBoard;
  person: BoardPerson;
  day: string;
  onPick: (event: BoardEvent) => void;
  /** Asks about the days on which the person is off. */
  onOff: () => void;
  onClose: () => void;
}) {
  const { timeZone } = board.store;
  const shownPlan = useShownPlan();
  const suggestions = trpc.plan.suggestEvents.useQuery(
    { employeeId: person.id, day, ...shownPlan },
    { staleTime: 0 },
  );
  const byId = new Map(board.tray.map((event) => [event.eventId, event]));
  const dayObstacles = reasonsAgainstDay(
    person,
    day,
    board.holidays.map((holiday) => ({ ...holiday, yearly: false })),
  );
  return (
    <Dialog
      shape="narrow"
      isTall
      title={`What shall ${person.name} do on ${formatDay(day)}?`}
      description="The unscheduled events of that day. The first is due first; of those due on the same day, the best for this person is first."
      footer={
        <Button look="quiet" className="mr-auto" onClick={onOff}>
          <UserRoundX aria-hidden className="size-4" />
          {firstName(person)} is off {day === board.today ? 'today' : formatDay(day)}…
        </Button>
      }
      onClose={onClose}
    >
      <div className="grid min-h-64 content-start gap-3">
        <ReasonList reasons={dayObstacles} />
        <QueryView
          what="the events"
          queries={[suggestions]}
          data={suggestions.data}
          skeleton={<SkeletonRows count={5} height="h-12" />}
        >
          {({ events, cannot }) => (
            <SuggestionPicker
              legend="Event"
              what="events"
              choices={events.flatMap(({ eventId, startsAt, because, needsReason }) => {
                const event = byId.get(eventId);
                if (!event) return [];
                const { eventNumber, mplanId, type, name } = event;
                return [
                  {
                    id: eventId,
                    title: titleOf(event),
                    reasons: needsReason,
                    aside: (
                      <span className="inline-flex gap-2">
                        <TypeMark type={type} />
                        {formatTime(startsAt, timeZone)}, {formatDuration(event.durationMinutes)}
                      </span>
                    ),
                    because: `Due ${formatDay(event.dueOn)}; ${firstName(person)} ${because}`,
                    words: [type, name, eventNumber, mplanId],
                  },
                ];
              })}
              unable={cannot.map(({ message, events }) => ({
                message,
                members: events.map(({ eventId, message }) => {
                  const event = byId.get(eventId);
                  return { id: eventId, title: event ? titleOf(event) : `Event ${eventId}`, message };
                }),
              }))}
              isBusy={suggestions.isFetching}
              empty={`Nothing that is unscheduled can be done by ${person.name} on that day.`}
              onPick={(id) => {
                const event = byId.get(id);
                if (event) onPick(event);
              }}
            />
          )}
        </QueryView>
      </div>
    </Dialog>
  );
}

const firstName = ({ name }: BoardPerson): string => name.split(' ')[0] ?? name;
