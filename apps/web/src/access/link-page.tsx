import { Button, buttonClass } from '@scheduler/ui/button';
import { Link } from '@tanstack/react-router';
import { type ReactNode, type SubmitEvent, useEffect, useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { signIn } from '../lib/sign-in.ts';
import { useTitle } from '../shell/use-title.ts';
import { TextField } from '../ui/field.tsx';
import { Refusal } from '../ui/states.tsx';
import { NewPasswordField } from './password-field.tsx';

/** The token stands behind the `#`, which browsers send to nobody. */
const tokenHere = (): string => window.location.hash.slice(1);

/** What a one-time link opens: the set-up of a fresh installation, an invitation, or a new password. */
export function LinkPage() {
  useTitle('Welcome');
  const [token] = useState(tokenHere);
  const { mutate, data, error } = trpc.access.open.useMutation();
  useEffect(() => mutate({ token }), [mutate, token]);
  const gone =
    problemOf(error).code === 'input' ? 'This link is not whole. Open it exactly as you were given it.' : '';
  if (error) {
    return (
      <Frame title="This link opens nothing">
        <p role="alert" className="text-sm text-ink-2">
          {gone || problemOf(error).message}
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
      words={
        data.kind === 'invite'
          ? `You are invited to the scheduler as ${data.role}. Choose a password to sign in with.`
          : `For ${data.name}. With the new password you are signed out everywhere else.`
      }
    />
  );
}

function Frame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh content-center justify-items-center gap-5 p-4">
      <div className="flex items-center gap-3">
        <img src="/icon.svg" alt="" width={36} height={36} />
        <h1 className="text-xl font-semibold text-balance">{title}</h1>
      </div>
      {children}
    </main>
  );
}

/** Goes on as the one who was just let in; where signing in fails, the sign-in page says why. */
async function enter(email: string, password: string): Promise<void> {
  const refused = await signIn(email, password);
  window.location.replace(refused ? '/sign-in' : '/');
}

const CARD = 'grid w-full max-w-md gap-4 rounded-xl border border-line bg-surface p-6';

function NewPassword({
  token,
  email,
  title,
  words,
}: {
  token: string;
  email: string;
  title: string;
  words: string;
}) {
  const accept = trpc.access.accept.useMutation({
    onSuccess: (accepted, { password }) => enter(accepted.email, password),
  });
  const problem = accept.error ? problemOf(accept.error) : undefined;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    accept.mutate({ token, password: String(new FormData(event.currentTarget).get('password')) });
  };
  return (
    <Frame title={title}>
      <form onSubmit={submit} aria-label={title} className={CARD}>
        <p className="text-sm text-ink-2">{words}</p>
        <TextField label="E-mail" type="email" autoComplete="username" value={email} readOnly />
        <NewPasswordField name="password" label="Password" problem={problem?.fields.password} />
        {problem && !problem.fields.password && <Refusal error={accept.error} />}
        <Button
          type="submit"
          look="primary"
          className="h-10"
          busy={accept.isPending || accept.isSuccess}
          busyLabel="Signing in…"
        >
          Go on
        </Button>
      </form>
    </Frame>
  );
}

function SetUp({ token, needsStore }: { token: string; needsStore: boolean }) {
  const zones = useId();
  const setUp = trpc.access.setUp.useMutation({
    onSuccess: (made, { password }) => enter(made.email, password),
  });
  const problem = setUp.error ? problemOf(setUp.error) : undefined;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? '').trim();
    setUp.mutate({
      token,
      name: field('person'),
      email: field('email'),
      password: String(form.get('password')),
      store: needsStore
        ? {
            crossmarkStoreId: field('crossmarkStoreId'),
            number: field('number'),
            name: field('storeName'),
            timeZone: field('timeZone'),
          }
        : null,
    });
  };
  return (
    <Frame title="Set up the scheduler">
      <form onSubmit={submit} aria-label="Set up the scheduler" className={CARD}>
        <p className="text-sm text-ink-2">
          Nobody can sign in yet. You become the first admin, and can invite everybody else.
        </p>
        <fieldset className="grid gap-3">
          <legend className="mb-2 font-semibold">You</legend>
          <TextField label="Your name" name="person" autoComplete="name" maxLength={120} required autoFocus />
          <TextField
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            required
            problem={problem?.fields.email}
          />
          <NewPasswordField name="password" label="Password" problem={problem?.fields.password} />
        </fieldset>
        {needsStore && (
          <fieldset className="grid gap-3 border-t border-line pt-4">
            <legend className="sr-only">The first store</legend>
            <p aria-hidden className="font-semibold">
              The first store
            </p>
            <TextField label="Store name" name="storeName" maxLength={120} autoComplete="off" required />
            <div className="grid gap-3 sm:grid-cols-2">
              <TextField
                label="Store number"
                name="number"
                hint="Your own, as in CSV files."
                maxLength={20}
                autoComplete="off"
                required
                problem={problem?.fields.number}
              />
              <TextField
                label="Crossmark store id"
                name="crossmarkStoreId"
                hint="Figures alone, such as 310042."
                inputMode="numeric"
                pattern="\s*[0-9]{1,12}\s*"
                title="Figures alone, such as 310042"
                autoComplete="off"
                required
                problem={problem?.fields.crossmarkStoreId}
              />
            </div>
            <TextField
              label="Time zone"
              name="timeZone"
              hint="It decides what a work day is. Such as America/Chicago."
              list={zones}
              defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
              autoComplete="off"
              required
              problem={problem?.fields.timeZone}
            />
            <datalist id={zones}>
              {Intl.supportedValuesOf('timeZone').map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </fieldset>
        )}
        {problem && Object.keys(problem.fields).length === 0 && <Refusal error={setUp.error} />}
        <Button
          type="submit"
          look="primary"
          className="h-10"
          busy={setUp.isPending || setUp.isSuccess}
          busyLabel="Setting up…"
        >
          Set up
        </Button>
      </form>
    </Frame>
  );
}
