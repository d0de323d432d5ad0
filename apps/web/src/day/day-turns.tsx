import { trpc } from '../lib/api.ts';

/** Whose turn it is on a day, and who could stand in for somebody who is off. */
export function DayTurns({ storeId, day }: { storeId: number; day: string }) {
  const { data } = trpc.plan.turns.useQuery({ storeId, fromDay: day, toDay: day });
  const turns = data?.[0];
  if (!turns || (!turns.juicer && !turns.primaryLead)) return null;
  const parts = [
    { word: 'Juicer', turn: turns.juicer },
    { word: 'Primary Lead', turn: turns.primaryLead },
  ];
  return (
    <p data-testid="turns" className="flex flex-wrap gap-x-4 gap-y-0.5 text-sm text-ink-2">
      {parts.map(
        ({ word, turn }) =>
          turn && (
            <span key={word}>
              {word}: <span className="text-ink">{turn.name}</span>
              {turn.off !== null && (
                <span className="text-waiting">
                  {' '}
                  is off ({turn.off}){turn.substitutes[0] && `; ${turn.substitutes[0].name} could stand in`}
                </span>
              )}
            </span>
          ),
      )}
      {turns.secondaryLead && (
        <span>
          Secondary Lead: <span className="text-ink">{turns.secondaryLead.name}</span>
        </span>
      )}
    </p>
  );
}
