import { type FormEvent, useState } from 'react';
import { Button } from './ui.tsx';

/** Where to go after signing in: the queue page that asked for it, and nowhere else. */
function askedFor(): string | null {
  const next = new URLSearchParams(location.search).get('next');
  return next && (next === '/queues' || next.startsWith('/queues/')) ? next : null;
}

/** The sign-in form. After a right password, `isLetIn` asks the server again whether the user may see the page. */
export function SignIn(props: { isLetIn: () => Promise<boolean> }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      const answer = await fetch('/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: form.get('email'), password: form.get('password') }),
      });
      if (answer.ok) {
        const next = askedFor();
        if (!(await props.isLetIn())) {
          setProblem(
            'The password is right, but this browser keeps no cookies of this page. Allow cookies for this address, then sign in again.',
          );
        } else if (next) location.assign(next);
        return;
      }
      setProblem(
        answer.status === 401
          ? 'E-mail or password is wrong.'
          : answer.status === 429
            ? 'Too many attempts. Wait a minute, then try again.'
            : 'Signing in did not work. Try again in a moment.',
      );
    } catch {
      setProblem('The admin server gives no answer. Try again in a moment.');
    } finally {
      setBusy(false);
    }
  };

  const field = 'w-full min-h-10 rounded-md border border-line-strong bg-surface px-3 py-2 text-ink';
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-6 p-6">
      <div>
        <h1 className="text-xl font-semibold">Crossmark Scheduler admin</h1>
        <p className="mt-1 text-ink-2">Sign in to see how sync with Crossmark is doing.</p>
      </div>
      <form onSubmit={submit} className="grid gap-4">
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
        <Button type="submit" strong busy={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}
