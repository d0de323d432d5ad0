import { Button } from '@scheduler/ui/button';
import { requestSignIn } from '@scheduler/ui/sign-in';
import { useSignInForm } from '@scheduler/ui/sign-in-form';

/** The queue page that sent the person to sign in; null for none. No other address is followed. */
function requestedPage(): string | null {
  const next = new URLSearchParams(location.search).get('next');
  return next && (next === '/queues' || next.startsWith('/queues/')) ? next : null;
}

/**
 * The sign-in form. After a right password, `isLetIn` asks the server again whether the user may
 * see the page.
 */
export function SignIn(props: { isLetIn: () => Promise<boolean> }) {
  const { submit, isBusy, problem } = useSignInForm(async (form) => {
    const refusal = await requestSignIn(
      String(form.get('email')),
      String(form.get('password')),
      'The admin server gives no answer. Try again in a moment.',
    );
    if (refusal) return refusal;
    if (!(await props.isLetIn())) {
      return 'The password is right, but this browser keeps no cookies of this page. Allow cookies for this address, then sign in again.';
    }
    const next = requestedPage();
    if (next) location.assign(next);
    return undefined;
  });

  const field = 'w-full min-h-10 rounded-md border border-line-strong bg-surface px-3 py-2 text-ink';
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-6 p-6">
      <div>
        <h1 className="text-xl font-semibold">Crossmark Scheduler admin</h1>
        <p className="mt-1 text-ink-2">Sign in to see how sync with Crossmark is doing.</p>
      </div>
      <form onSubmit={(event) => void submit(event)} className="grid gap-4">
        <label className="grid gap-1 text-sm font-medium">
          E-mail
          <input className={field} name="email" type="email" autoComplete="username" required />
        </label>
        <label className="grid gap-1 text-sm font-medium">
          Password
          <input className={field} name="password" type="password" autoComplete="current-password" required />
        </label>
        {problem && (
          <p role="alert" className="rounded-md bg-failed-soft px-3 py-2 text-sm text-failed">
            {problem}
          </p>
        )}
        <Button type="submit" look="primary" busy={isBusy} busyLabel="Signing in…">
          Sign in
        </Button>
      </form>
    </main>
  );
}
