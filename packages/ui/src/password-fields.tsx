import { Button } from './button.tsx';
import { TextField } from './field.tsx';

/**
 * The end of a sign-in form: the password, the last problem with it, and the button that sends the
 * form.
 */
export function PasswordFields({
  problem,
  isBusy,
  autoFocus = false,
}: {
  problem: string | undefined;
  isBusy: boolean;
  autoFocus?: boolean;
}) {
  return (
    <>
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus={autoFocus}
      />
      {/* The line is always there, so that a problem does not move the form. */}
      <p role="alert" className="min-h-5 text-sm text-failed">
        {problem}
      </p>
      <Button type="submit" look="primary" className="h-10" busy={isBusy} busyLabel="Signing in…">
        Sign in
      </Button>
    </>
  );
}
