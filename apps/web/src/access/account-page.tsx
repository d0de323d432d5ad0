import { Button } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import { type SubmitEvent, useRef } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useSession } from '../shell/use-session.ts';
import { useStoreNames } from '../shell/use-store-names.ts';
import { useTitle } from '../shell/use-title.ts';
import { QueryView, Refusal, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { DigestSection } from './digest-section.tsx';
import { NewPasswordField } from './password-field.tsx';
import { SessionList } from './session-list.tsx';

/** The page for the user's own password and sessions. */
export function AccountPage() {
  useTitle('Password and sessions');
  const { name, email, role, storeIds } = useSession();
  const stores = useStoreNames()(storeIds);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-2xl gap-6 p-3 sm:p-4">
        <div>
          <h1 className="text-lg font-semibold">Your account</h1>
          <p className="text-sm text-ink-2">
            {name}, {email}, {role}
            <span className="block">{stores}</span>
          </p>
        </div>
        <PasswordForm />
        <DigestSection />
        <OwnSessions />
      </div>
    </div>
  );
}

function PasswordForm() {
  const { email } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const utils = trpc.useUtils();
  const change = trpc.account.changePassword.useMutation({
    onSuccess: () => {
      form.current?.reset();
      toast('Your password is changed. Everywhere else you are signed out.');
      return utils.account.invalidate();
    },
  });
  const problem = change.error ? problemOf(change.error) : undefined;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    change.mutate({ current: String(fields.get('current')), password: String(fields.get('password')) });
  };
  return (
    <section aria-labelledby="password" className="grid gap-3">
      <h2 id="password" className="font-semibold">
        Password
      </h2>
      <form
        ref={form}
        onSubmit={submit}
        aria-label="Change password"
        className="grid max-w-sm gap-4 rounded-md border border-line bg-surface p-4"
      >
        {/* Tells password managers whose password this is. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <TextField
          label="Your password now"
          name="current"
          type="password"
          autoComplete="current-password"
          required
          problem={problem?.fields.current}
        />
        <NewPasswordField name="password" label="New password" problem={problem?.fields.password} />
        {problem && Object.keys(problem.fields).length === 0 && <Refusal error={change.error} />}
        <Button type="submit" look="primary" busy={change.isPending} busyLabel="Changing…">
          Change password
        </Button>
      </form>
    </section>
  );
}

function OwnSessions() {
  const utils = trpc.useUtils();
  const query = trpc.account.sessions.useQuery();
  const end = trpc.account.endSession.useMutation({
    onSuccess: () => toast('The session has ended.'),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.account.sessions.invalidate(),
  });
  return (
    <section aria-labelledby="sessions" className="grid gap-3">
      <h2 id="sessions" className="font-semibold">
        Where you are signed in
      </h2>
      <QueryView
        what="your sessions"
        queries={[query]}
        data={query.data}
        skeleton={<Skeleton className="h-14" />}
      >
        {(sessions) => (
          <SessionList
            sessions={sessions}
            ending={end.isPending ? end.variables.sessionId : undefined}
            onEnd={(sessionId) => end.mutate({ sessionId })}
          />
        )}
      </QueryView>
    </section>
  );
}
