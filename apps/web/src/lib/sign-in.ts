import { requestSignIn } from '@scheduler/ui/sign-in';
import { announceSession, currentSession, forgetSession } from './session.ts';

const NO_ANSWER = 'The scheduling server did not answer. Try again in a moment.';

/** Signs in. Returns the sentence of a refusal, or undefined if it succeeded. */
export async function signIn(email: string, password: string): Promise<string | undefined> {
  const refusal = await requestSignIn(email, password, NO_ANSWER);
  if (refusal) return refusal;
  forgetSession();
  const session = await currentSession().catch(() => undefined);
  if (session === undefined) return NO_ANSWER;
  if (session === null) {
    return 'The password is right, but this browser does not store cookies of this page, so you can’t stay signed in. Allow cookies for this address, then sign in again.';
  }
  announceSession(email.trim().toLowerCase());
  return undefined;
}
