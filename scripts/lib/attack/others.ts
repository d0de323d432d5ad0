const FLOOD = { requests: 60, calls: 20 };
/** At least so many calls of the other person's, however soon the flood is over. */
const LEAST_CALLS = 40;

/** Sends a request as somebody, and resolves to its answer once all of that is there. */
type Send = (path: string) => Promise<Response>;

/**
 * How long somebody waits for the board's calls, one after the other, while somebody else asks for a month in 60 requests of 20
 * calls at the same moment, again and again.
 */
export async function waitWhileFlooded(
  flooder: Send,
  other: Send,
): Promise<{ calls: number; p95Ms: number; slowestMs: number }> {
  const input = Object.fromEntries(Array.from({ length: FLOOD.calls }, (_, n) => [n, { month: '2026-01' }]));
  const names = Array(FLOOD.calls).fill('month.get').join(',');
  const batch = `/trpc/${names}?batch=1&input=${encodeURIComponent(JSON.stringify(input))}`;
  const state = { over: false };
  const flood = async () => {
    while (!state.over) await Promise.all(Array.from({ length: FLOOD.requests }, () => flooder(batch)));
  };
  const flooding = flood();
  const waited: number[] = [];
  while (waited.length < LEAST_CALLS) {
    const askedMs = performance.now();
    await other(`/trpc/board.week?input=${encodeURIComponent('{}')}`);
    waited.push(performance.now() - askedMs);
  }
  state.over = true;
  await flooding;
  waited.sort((a, b) => a - b);
  const p95Ms = waited[Math.floor(waited.length * 0.95)] ?? 0;
  return { calls: waited.length, p95Ms, slowestMs: waited.at(-1) ?? 0 };
}
