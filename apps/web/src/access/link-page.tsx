import { buttonClass } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useTitle } from '../shell/use-title.ts';
import { Frame } from './link-frame.tsx';
import { NewPassword } from './new-password.tsx';
import { SetUp } from './set-up.tsx';

/** Returns the token, which is after the `#`, because browsers do not send that part. */
const tokenInAddress = (): string => window.location.hash.slice(1);

/**
 * The page of a one-time link: the set-up of a new installation, an invitation, or a new password.
 */
export function LinkPage() {
  useTitle('Welcome');
  const [token] = useState(tokenInAddress);
  const { mutate, data, error } = trpc.access.open.useMutation();
  useEffect(() => mutate({ token }), [mutate, token]);
  const incompleteLink =
    problemOf(error).code === 'input' ? 'This link is not complete. Open it exactly as you got it.' : '';
  if (error) {
    return (
      <Frame title="This link does not work">
        <p role="alert" className="text-sm text-ink-2">
          {incompleteLink || problemOf(error).message}
        </p>
        <Link to="/sign-in" className={buttonClass('primary')}>
          Go to sign in
        </Link>
      </Frame>
    );
  }
  if (!data) {
    return (
      <Frame title="Crossmark Scheduler">
        <p role="status" className="text-sm text-ink-2">
          Checking your link…
        </p>
      </Frame>
    );
  }
  if (data.kind === 'set_up') return <SetUp token={token} needsStore={data.needsStore} />;
  return (
    <NewPassword
      token={token}
      email={data.email}
      title={data.kind === 'invite' ? `Welcome, ${data.name}` : 'Set a new password'}
      introduction={
        data.kind === 'invite'
          ? `You are invited to the scheduler as ${data.role}. Choose a password to sign in with.`
          : `For ${data.name}. With the new password you are signed out everywhere else.`
      }
    />
  );
}
