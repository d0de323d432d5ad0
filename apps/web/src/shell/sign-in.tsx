import { TextField } from '@scheduler/ui/field';
import { PasswordFields } from '@scheduler/ui/password-fields';
import { useSignInForm } from '@scheduler/ui/sign-in-form';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import { queryClient } from '../lib/api.ts';
import { reportSignedIn } from '../lib/connection.ts';
import { forgetSession, onSessionChange } from '../lib/session.ts';
import { signIn } from '../lib/sign-in.ts';
import { useTitle } from './use-title.ts';

const route = getRouteApi('/sign-in');

export function SignIn() {
  useTitle('Sign in');
  const { next, ended } = route.useSearch();
  const router = useRouter();

  const enter = useCallback(() => {
    queryClient.clear();
    reportSignedIn();
    // Replaces this page in the history, so that Back never leads to it.
    router.history.replace(next ?? '/');
  }, [router, next]);
  useEffect(
    () =>
      onSessionChange((now) => {
        if (now === null) return;
        forgetSession();
        enter();
      }),
    [enter],
  );

  const { submit, isBusy, problem } = useSignInForm(async (form) => {
    const refusal = await signIn(String(form.get('email')), String(form.get('password')));
    if (!refusal) enter();
    return refusal;
  });

  return (
    <main className="grid min-h-dvh content-center justify-items-center gap-6 p-4">
      <div className="flex items-center gap-3">
        <img src="/icon.svg" alt="" width={36} height={36} />
        <h1 className="text-lg font-semibold">Crossmark Scheduler</h1>
      </div>
      <form
        onSubmit={(event) => void submit(event)}
        aria-label="Sign in"
        className="grid w-full max-w-sm gap-4 rounded-xl border border-line bg-surface p-6"
      >
        {ended && !problem && (
          <p role="status" className="rounded-md bg-waiting-soft p-2.5 text-sm text-waiting">
            Your session has ended. Sign in again to return to your page.
          </p>
        )}
        <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
        <PasswordFields problem={problem} isBusy={isBusy} />
      </form>
      <p className="text-sm text-ink-2">No account? Ask an admin of the scheduler.</p>
    </main>
  );
}
