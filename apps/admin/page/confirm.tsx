import { Button, IconButton } from '@scheduler/ui/button';
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react';

/**
 * A button that asks for confirmation before its action, and shows why an action failed. With
 * `word`, that word must be typed first. `act` resolves when the action is done, and rejects with a
 * sentence if it fails.
 */
export function ConfirmButton(props: {
  button: string;
  look?: 'plain' | 'quiet';
  /** In place of the words, which are then its tip and its name. */
  icon?: ReactNode;
  /** The name for assistive technology, if the button's text does not name its subject. */
  label?: string | undefined;
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
      {props.icon ? (
        <IconButton label={props.label ?? props.button} onClick={open}>
          {props.icon}
        </IconButton>
      ) : (
        <Button
          onClick={open}
          aria-label={props.label}
          look={props.look ?? 'plain'}
          className={props.look === 'quiet' ? '-mr-2 h-7 px-2!' : ''}
        >
          {props.button}
        </Button>
      )}
      <dialog
        ref={dialog}
        aria-labelledby={`${id}-title`}
        className="m-auto w-[calc(100%-2rem)] max-w-md rounded-lg border border-line bg-surface p-4 text-left font-normal whitespace-normal text-ink shadow-lg backdrop:bg-black/40"
      >
        <form onSubmit={submit} className="grid gap-3">
          <h2 id={`${id}-title`} className="text-base font-semibold">
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
            <Button onClick={() => dialog.current?.close()}>Cancel</Button>
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
