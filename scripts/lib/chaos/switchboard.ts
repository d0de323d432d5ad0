import type { FaultInput, LoggedCall, SettingsPatch, SimulatorState } from '@scheduler/crossmark/simulator';

/** Calls the simulator's switchboard over HTTP. Throws the simulator's message if it refuses. */
export function openSwitchboard(simulatorUrl: string) {
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${simulatorUrl}/__sim/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  let calls = new Map<number, LoggedCall>();
  let since = 0;
  const collect = async () => {
    const fresh = await ask<LoggedCall[]>('GET', `log?since=${since}`);
    for (const call of fresh) calls.set(call.seq, call);
    const open = fresh.filter((call) => call.finishedAt === null);
    since = (open[0]?.seq ?? (fresh.at(-1)?.seq ?? since) + 1) - 1;
  };
  return {
    state: () => ask<SimulatorState>('GET', 'state'),
    configure: (patch: SettingsPatch) => ask('PATCH', 'settings', patch),
    addFaults: (faults: FaultInput[]) => ask('POST', 'faults', faults),
    clearFaults: () => ask('DELETE', 'faults'),
    expireSessions: () => ask('POST', 'sessions/expire'),
    book: (booking: object) => ask<{ bookingId: string }>('POST', 'bookings', booking),
    moveBooking: (bookingId: string, to: object) => ask('PATCH', `bookings/${bookingId}`, to),
    unbook: (bookingId: string) => ask('DELETE', `bookings/${bookingId}`),
    putPlan: (plan: object) => ask('POST', 'plans', plan),
    putStore: (store: object) => ask('POST', 'stores', store),
    putRep: (rep: object) => ask('POST', 'reps', rep),
    removeRep: (repId: string) => ask('DELETE', `reps/${repId}`),
    clearLog: async () => {
      await ask('DELETE', 'log');
      calls = new Map();
    },
    /** Reads new calls from the simulator's log, which keeps only the latest ones. */
    collect,
    /** Returns every collected call since the log was cleared. */
    calls: () => [...calls.values()].sort((a, b) => a.seq - b.seq),
  };
}
export type Switchboard = ReturnType<typeof openSwitchboard>;
