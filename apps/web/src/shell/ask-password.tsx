import { Button } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import { PasswordFields } from '@scheduler/ui/password-fields';
import { useSignInForm } from '@scheduler/ui/sign-in-form';
import { Dialog as Radix } from 'radix-ui';
import { useState } from 'react';
import { signIn } from '../lib/sign-in.ts';
import { useLayer } from '../ui/layers.ts';
import { useSession } from './use-session.ts';

const stay = (event: Event) => event.preventDefault();

/** Focuses the password, because the e-mail address is already filled in. */
function focusPassword(event: Event) {
  const password =
    event.currentTarget instanceof HTMLElement && event.currentTarget.querySelector('input[type=password]');
  if (!(password instanceof HTMLElement)) return;
  event.preventDefault();
  password.focus();
}

/** Handles Back, so that the page below does not change. */
function Layer({ onBack }: { onBack: () => void }) {
  useLayer(onBack);
  return null;
}

/**
 * Covers a page with filled-in fields whose session has ended, and asks for the same person’s
 * password. Calls `onSignedIn` when the password is right, and `onLeave` to sign in as another
 * user.
 */
export function AskPassword({ onSignedIn, onLeave }: { onSignedIn: () => void; onLeave: () => void }) {
  const { email, name } = useSession();
  const [backs, setBacks] = useState(0);
  const { submit, isBusy, problem } = useSignInForm(async (form) => {
    const refusal = await signIn(email, String(form.get('password')));
    if (!refusal) onSignedIn();
    return refusal;
  });
  return (
    <Radix.Root open>
      <Layer key={backs} onBack={() => setBacks(backs + 1)} />
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-70 bg-ground" />
        <Radix.Content
          onOpenAutoFocus={focusPassword}
          onEscapeKeyDown={stay}
          onInteractOutside={stay}
          aria-describedby="ended"
          className="fixed inset-0 z-70 grid content-center justify-items-center overflow-y-auto p-4 outline-none"
        >
          <form
            onSubmit={(event) => void submit(event)}
            className="grid w-full max-w-sm gap-4 rounded-xl border border-line bg-surface p-6"
          >
            <Radix.Title className="text-lg font-semibold">Your session has ended</Radix.Title>
            <p id="ended" className="rounded-md bg-waiting-soft p-2.5 text-sm text-waiting">
              Enter your password to continue, {name}. What you have filled in is kept, and an interrupted
              save is then repeated.
            </p>
            <TextField label="E-mail" type="email" autoComplete="username" readOnly value={email} />
            <PasswordFields problem={problem} isBusy={isBusy} autoFocus />
            <Button look="quiet" onClick={onLeave}>
              Leave this page and sign in again
            </Button>
          </form>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
