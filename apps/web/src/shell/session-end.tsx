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
 * Handles the end of the page's session. If fields are filled in or a save is running, asks for the
 * password over the page, which then continues for the same person only. Otherwise replaces the
 * page with the sign-in page.
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
    const isSame = now?.email === session.email && now.role === session.role;
    if (!isSame || now.storeIds?.join() !== session.storeIds?.join()) {
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
    // Reload the document, so that data and undo steps are removed from this tab’s memory.
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
