import { TextField } from '@scheduler/ui/field';
import { PasswordFields } from '@scheduler/ui/password-fields';
import { requestSignIn } from '@scheduler/ui/sign-in';
import { useSignInForm } from '@scheduler/ui/sign-in-form';

/** Returns the queue page that required the sign-in, or null. Other addresses are ignored. */
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
      'The admin server does not answer. Try again in a moment.',
    );
    if (refusal) return refusal;
    if (!(await props.isLetIn())) {
      return 'The password is right, but this browser does not store cookies of this page. Allow cookies for this address, then sign in again.';
    }
    const next = requestedPage();
    if (next) location.assign(next);
    return undefined;
  });

  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-6 p-6">
      <div>
        <h1 className="text-lg font-semibold">Crossmark Scheduler admin</h1>
        <p className="mt-1 text-ink-2">Sign in to see how sync with Crossmark is doing.</p>
      </div>
      <form onSubmit={(event) => void submit(event)} className="grid gap-4">
        <TextField label="E-mail" name="email" type="email" autoComplete="username" required />
        <PasswordFields problem={problem} isBusy={isBusy} />
      </form>
    </main>
  );
}
