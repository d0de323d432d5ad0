import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';

/** The end of a sign-in form: the password, the last problem with it, and the button that sends the form. */
export function PasswordFields({
  problem,
  busy,
  autoFocus = false,
}: {
  problem: string | undefined;
  busy: boolean;
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
      {/* Its room is kept, so that a problem moves nothing. */}
      <p role="alert" className="min-h-5 text-sm text-failed">
        {problem}
      </p>
      <Button type="submit" look="primary" className="h-10" busy={busy} busyLabel="Signing in…">
        Sign in
      </Button>
    </>
  );
}
