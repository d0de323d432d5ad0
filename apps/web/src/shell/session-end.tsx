import { useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { queryClient } from '../lib/api.ts';
import {
  isHoldingCalls,
  releaseCalls,
  reportSignedIn,
  reportSignedOut,
  useConnection,
} from '../lib/connection.ts';
import { whenIdle } from '../lib/idle.ts';
import { currentSession, forgetSession, onSessionChange } from '../lib/session.ts';
import { hasUnsaved } from '../lib/unsaved.ts';
import { useSession } from './use-session.ts';

const askPassword = () => import('./ask-password.tsx');
const AskPassword = lazy(async () => ({ default: (await askPassword()).AskPassword }));

/**
 * What becomes of the page when its session ends. Where something is filled in or is being saved,
 * the password is asked for over it and it goes on, for the same person alone; otherwise it gives
 * way to the sign-in page, and nothing of it stays.
 */
export function SessionEnd() {
  const session = useSession();
  const router = useRouter();
  const { signedOut } = useConnection();
  const [isAsking, setIsAsking] = useState(false);
  useEffect(() => whenIdle(askPassword), []);

  const resume = useCallback(async () => {
    forgetSession();
    const now = await currentSession().catch(() => undefined);
    // Another person must not see this page, and this person’s calls must not be repeated in
    // another’s name.
    if (now?.email !== session.email || now.role !== session.role) {
      window.location.reload();
      return;
    }
    setIsAsking(false);
    reportSignedIn();
    releaseCalls();
    await queryClient.invalidateQueries();
  }, [session]);
  const leave = useCallback(() => {
    forgetSession();
    const search = { next: router.latestLocation.href, ended: true };
    // Reload the document: this tab’s memory, with what was shown and what could be undone, must
    // go.
    void router.navigate({ to: '/sign-in', search, reloadDocument: true, replace: true });
  }, [router]);

  useEffect(
    () =>
      onSessionChange((email) => {
        if (email === null) reportSignedOut('left');
        // Another person is signed in now: the page must show what that person may see, and save in
        // that name.
        else if (email !== session.email.toLowerCase()) window.location.reload();
        else if (isAsking) void resume();
      }),
    [session, isAsking, resume],
  );
  useEffect(() => {
    if (!signedOut) return;
    if (signedOut === 'ended' && (isHoldingCalls() || hasUnsaved())) setIsAsking(true);
    else leave();
  }, [signedOut, leave]);

  return <Suspense>{isAsking && <AskPassword onSignedIn={() => void resume()} onLeave={leave} />}</Suspense>;
}
