const FLOOD = { requests: 60, calls: 20 };
/** The least number of calls of the other person, even if the flood ends earlier. */
const LEAST_CALLS = 40;

/** Sends a request as a user, and resolves to its answer when that is complete. */
type Send = (path: string) => Promise<Response>;

/**
 * Measures how long one person waits for the board's calls, one at a time, while another person
 * repeatedly requests a month in 60 concurrent requests of 20 calls.
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
