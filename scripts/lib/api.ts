import { addDays, type WorkDate } from '@scheduler/scheduling';
import type { AppRouter } from '@scheduler/server/router';
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import { DEMO } from './infrastructure.ts';

/** The public API, as the browser of a signed-in user calls it. */
export type Api = ReturnType<typeof createTRPCClient<AppRouter>>;

/** Signs in over HTTP and returns the session's cookie. Throws with the answer if refused. */
export async function signInCookie(
  serverUrl: string,
  origin: string,
  email = 'dispatcher@demo.test',
): Promise<string> {
  const answer = await fetch(`${serverUrl}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email, password: DEMO.password }),
  });
  if (!answer.ok) throw new Error(`Sign-in as ${email} failed: ${answer.status} ${await answer.text()}`);
  return answer.headers
    .getSetCookie()
    .map((header) => header.split(';')[0])
    .join('; ');
}

/** Signs in as {@link signInCookie} does and returns a typed client that sends the session's cookie. */
export async function signIn(serverUrl: string, origin: string, email?: string): Promise<Api> {
  const cookie = await signInCookie(serverUrl, origin, email);
  return createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${serverUrl}/trpc`, headers: { cookie, origin } })],
  });
}

/** Returns the sentence with which the server refuses a call. Throws if the call is accepted. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => {
      throw new Error('The call was accepted, but should have been refused.');
    },
    (error: unknown) => {
      if (error instanceof TRPCClientError) return error.message;
      throw error;
    },
  );
}

/**
 * Finds an event of a type in the tray of the next four weeks, with a start and two people that no
 * rule forbids. Skips the events in `without`.
 */
export async function freeSlot(api: Api, type: string, today: WorkDate, without: readonly number[] = []) {
  for (const week of [0, 1, 2, 3]) {
    const { tray } = await api.board.week.query({ weekOf: addDays(today, week * 7) });
    for (const event of tray.filter((one) => one.type === type && !without.includes(one.eventId))) {
      const first = event.startsOn > today ? event.startsOn : addDays(today, 1);
      for (let day = first; day < event.dueOn; day = addDays(day, 1)) {
        const { slots, people } = await api.events.options.query({ eventId: event.eventId, day });
        for (const slot of slots) {
          const [one, two] = people.filter((person) => (person.reasonsBySlot[slot.time] ?? []).length === 0);
          if (one && two) return { event, startsAt: slot.startsAt, slots, one, two };
        }
      }
    }
  }
  throw new Error(`No free slot for any ${type} event in four weeks of demo data.`);
}
