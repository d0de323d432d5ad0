import { Button } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import { type SubmitEvent, useId } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { Refusal } from '../ui/states.tsx';
import { CARD, enter, Frame } from './link-frame.tsx';
import { NewPasswordField } from './password-field.tsx';

export function SetUp({ token, needsStore }: { token: string; needsStore: boolean }) {
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
                hint="Digits only, such as 310042."
                inputMode="numeric"
                pattern="\s*[0-9]{1,12}\s*"
                title="Digits only, such as 310042"
                autoComplete="off"
                required
                problem={problem?.fields.crossmarkStoreId}
              />
            </div>
            <TextField
              label="Time zone"
              name="timeZone"
              hint="Decides when a work day begins. For example America/Chicago."
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
