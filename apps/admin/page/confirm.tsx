import { Button } from '@scheduler/ui/button';
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react';

/**
 * A button that asks before it does something, and says what went wrong. With `word`, that word
 * must be typed first. `act` resolves when it is done, and throws an error with a sentence where it
 * couldn't be.
 */
export function ConfirmButton(props: {
  button: string;
  /** For assistive technology, where the button's words alone don't say what it is about. */
  label?: string | undefined;
  strong?: boolean;
  title: string;
  children: ReactNode;
  word?: string;
  act: () => Promise<unknown>;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();

  const open = () => {
    setTyped('');
    setProblem(null);
    dialog.current?.showModal();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await props.act();
      dialog.current?.close();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'It did not work. Try again in a moment.');
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Button onClick={open} aria-label={props.label} look={props.strong ? 'primary' : 'plain'}>
        {props.button}
      </Button>
      <dialog
        ref={dialog}
        aria-labelledby={`${id}-title`}
        className="m-auto w-[calc(100%-2rem)] max-w-md rounded-lg border border-line bg-surface p-4 text-left font-normal whitespace-normal text-ink shadow-lg backdrop:bg-black/40"
      >
        <form onSubmit={submit} className="grid gap-3">
          <h2 id={`${id}-title`} className="text-lg font-semibold">
            {props.title}
          </h2>
          <div className="grid gap-2 text-ink-2">{props.children}</div>
          {props.word !== undefined && (
            <label className="grid gap-1 text-sm font-medium">
              Type {props.word} to confirm
              <input
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
                spellCheck={false}
                className="min-h-10 rounded-md border border-line-strong bg-surface px-3 py-2 font-mono text-ink"
              />
            </label>
          )}
          {problem && (
            <p role="alert" className="rounded-md bg-failed-soft px-3 py-2 text-sm text-failed">
              {problem}
            </p>
          )}
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={() => dialog.current?.close()}>Leave it</Button>
            <Button
              type="submit"
              look="primary"
              busy={busy}
              disabled={props.word !== undefined && typed.trim() !== props.word}
            >
              {props.button.replace('…', '')}
            </Button>
          </div>
        </form>
      </dialog>
    </>
  );
}
