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
 * What becomes of the page when its session ends. Where something is filled in or is being saved, the password is asked for
 * over it and it goes on, for the same person alone; otherwise it gives way to the sign-in page, and nothing of it stays.
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
    // Nobody else sees what this page shows, nor are this person's calls repeated in another one's name.
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
    // Loaded anew: what was shown, and what could be undone, is gone from this tab's memory, and from where Back leads.
    void router.navigate({ to: '/sign-in', search, reloadDocument: true, replace: true });
  }, [router]);

  useEffect(
    () =>
      onSessionChange((email) => {
        if (email === null) reportSignedOut('left');
        // Somebody else's page may show what this one may not, and must not save in their name.
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
