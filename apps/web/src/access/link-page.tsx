import { buttonClass } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useTitle } from '../shell/use-title.ts';
import { Frame } from './link-frame.tsx';
import { NewPassword } from './new-password.tsx';
import { SetUp } from './set-up.tsx';

/** The token stands behind the `#`, which browsers send to nobody. */
const tokenInAddress = (): string => window.location.hash.slice(1);

/**
 * What a one-time link opens: the set-up of a fresh installation, an invitation, or a new password.
 */
export function LinkPage() {
  useTitle('Welcome');
  const [token] = useState(tokenInAddress);
  const { mutate, data, error } = trpc.access.open.useMutation();
  useEffect(() => mutate({ token }), [mutate, token]);
  const incompleteLink =
    problemOf(error).code === 'input' ? 'This link is not whole. Open it exactly as you were given it.' : '';
  if (error) {
    return (
      <Frame title="This link opens nothing">
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
          Looking at your link…
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
