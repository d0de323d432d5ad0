import { TextField, TickBox } from '@scheduler/ui/field';
import { useState } from 'react';

/** A field for a new password, which can be shown while it is typed. */
export function NewPasswordField({
  name,
  label,
  problem,
}: {
  name: string;
  label: string;
  problem?: string | undefined;
}) {
  const [isVisible, setShown] = useState(false);
  return (
    <div className="grid gap-2">
      <TextField
        label={label}
        name={name}
        type={isVisible ? 'text' : 'password'}
        autoComplete="new-password"
        hint="12 characters or more; a few unrelated words make a good one."
        minLength={12}
        maxLength={128}
        required
        spellCheck={false}
        problem={problem}
      />
      <TickBox checked={isVisible} onChange={(change) => setShown(change.target.checked)}>
        Show the password
      </TickBox>
    </div>
  );
}
