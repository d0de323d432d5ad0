import type { Turn } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { useMutation } from '@tanstack/react-query';
import { trpc, trpcClient } from '../lib/api.ts';
import { formatDay } from '../lib/time.ts';
import { recordChange } from '../planning/undo.ts';
import { Refusal } from '../ui/states.tsx';

const WORDS = { juicer: 'the Juicer', primary_lead: 'the primary Lead' };

/** So many are offered side by side; Settings have all. */
const OFFERED = 3;

/** For each person who is off on the day of their turn: who could stand in, the best first, by one click. */
export function Substitutes({ storeId, day }: { storeId: number; day: string }) {
  const { data } = trpc.plan.turns.useQuery({ storeId, fromDay: day, toDay: day });
  const turns = data?.[0];
  if (!turns) return null;
  const kinds = [
    { kind: 'juicer', turn: turns.juicer },
    { kind: 'primary_lead', turn: turns.primaryLead },
  ] as const;
  return kinds.map(
    ({ kind, turn }) =>
      turn && turn.off !== null && <SubstituteButtons key={kind} {...{ storeId, day, kind, turn }} />,
  );
}

function SubstituteButtons({
  storeId,
  day,
  kind,
  turn,
}: {
  storeId: number;
  day: string;
  kind: keyof typeof WORDS;
  turn: Turn;
}) {
  const utils = trpc.useUtils();
  const refresh = async () => {
    await Promise.all([utils.plan.invalidate(), utils.day.invalidate()]);
  };
  const standIn = useMutation({
    mutationFn: async ({ employeeId, name }: Turn['substitutes'][number]) => {
      const before = turn.isException ? await exceptionOf(storeId, kind, day) : undefined;
      const seen = turn.isException ? turn.employeeId : null;
      const reason = `${turn.name} is off: ${turn.off}`.slice(0, 200);
      await trpcClient.plan.setException.mutate({ storeId, kind, day, employeeId, seen, reason });
      recordChange(
        {
          message: `${name} is ${WORDS[kind]} on ${formatDay(day)}.`,
          before: [],
          after: [],
          undo: async () => {
            await trpcClient.plan.setException.mutate({
              storeId,
              kind,
              day,
              employeeId: seen,
              seen: employeeId,
              ...(before?.reason && { reason: before.reason }),
            });
            return { restored: [], message: `${turn.name} is ${WORDS[kind]} on ${formatDay(day)} again.` };
          },
        },
        () => void refresh(),
      );
      await refresh();
    },
  });
  if (turn.substitutes.length === 0) {
    return <p className="mt-1 pl-5.5 text-xs text-ink-2">Nobody who may take the turn is there that day.</p>;
  }
  return (
    <div className="mt-1 grid gap-1 pl-5.5">
      <div className="flex flex-wrap gap-1.5">
        {turn.substitutes.slice(0, OFFERED).map((substitute, rank) => (
          <Button
            key={substitute.employeeId}
            look={rank === 0 ? 'primary' : 'plain'}
            busy={standIn.isPending && standIn.variables === substitute}
            disabled={standIn.isPending}
            onClick={() => standIn.mutate(substitute)}
          >
            {substitute.name} stands in<span className="sr-only"> as {WORDS[kind]}</span>
          </Button>
        ))}
      </div>
      <Refusal error={standIn.error} />
    </div>
  );
}

/** Returns the exception of a day, with its reason. */
async function exceptionOf(storeId: number, kind: keyof typeof WORDS, day: string) {
  const { exceptions } = await trpcClient.plan.rotations.query({ storeId });
  return exceptions.find((each) => each.kind === kind && each.day === day);
}
