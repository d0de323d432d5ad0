import { trpc } from '../lib/api.ts';

/** Whose turn it is on a day; undefined while it loads and where nobody is named. */
function useTurns(storeId: number, day: string) {
  const { data } = trpc.plan.turns.useQuery({ storeId, fromDay: day, toDay: day });
  const turns = data?.[0];
  return turns && (turns.juicer || turns.primaryLead) ? turns : undefined;
}

/** The turn of a person on a day: `Juicer by rotation`. */
export function TurnOf({ storeId, day, employeeId }: { storeId: number; day: string; employeeId: number }) {
  const turns = useTurns(storeId, day);
  if (turns?.juicer?.employeeId === employeeId) return <> · Juicer by rotation</>;
  if (turns?.primaryLead?.employeeId === employeeId) return <> · primary</>;
  if (turns?.secondaryLead?.employeeId === employeeId) return <> · secondary</>;
  return null;
}

/** The turns of a day, and who of them is off. */
export function DayTurns({ storeId, day }: { storeId: number; day: string }) {
  const turns = useTurns(storeId, day);
  if (!turns) return null;
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
              {turn.off !== null && <span className="text-waiting"> is off ({turn.off})</span>}
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
