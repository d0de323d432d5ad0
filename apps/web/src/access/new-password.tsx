import { Button } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import type { SubmitEvent } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { Refusal } from '../ui/states.tsx';
import { CARD, enter, Frame } from './link-frame.tsx';
import { NewPasswordField } from './password-field.tsx';

export function NewPassword({
  token,
  email,
  title,
  introduction,
}: {
  token: string;
  email: string;
  title: string;
  introduction: string;
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
        <p className="text-sm text-ink-2">{introduction}</p>
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
