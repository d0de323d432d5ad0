import { Button } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import { type ReactNode, useState } from 'react';

/** A text to be handed over, such as a link: selected with one click, copied with another. */
export function CopyField({ label, value, hint }: { label: string; value: string; hint?: ReactNode }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  return (
    <div className="grid gap-1">
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <TextField label={label} readOnly value={value} onFocus={(focus) => focus.target.select()} />
        </div>
        <Button className="h-9 pointer-coarse:h-11" onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      {hint && <p className="text-xs text-ink-2">{hint}</p>}
    </div>
  );
}
