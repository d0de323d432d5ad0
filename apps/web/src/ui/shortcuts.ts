/** The parts of a keydown event, of the browser or of React, that make a shortcut. */
type Press = Pick<
  KeyboardEvent,
  'key' | 'code' | 'repeat' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'
> & {
  isComposing?: boolean;
};

/** Keys that move the focus, repeatedly while they are held. */
const MOVES = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown'];

/**
 * Returns the shortcut of a key press, such as `u`, `?`, `ArrowUp` or `Ctrl+z` (⌘ counts as Ctrl);
 * undefined where there is none. A letter is the same in both cases; on a layout without Latin
 * letters it is the letter of the same key on a Latin layout. A held key counts once, unless it
 * moves.
 */
export function shortcutOf(press: Press): string | undefined {
  if (press.isComposing || press.altKey || (press.repeat && !MOVES.includes(press.key))) return undefined;
  const key = press.key.length === 1 ? letterOf(press) : press.key;
  const command = press.ctrlKey || press.metaKey;
  return command ? `Ctrl+${press.shiftKey ? 'Shift+' : ''}${key}` : key;
}

function letterOf({ key, code }: Press): string {
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  const isLatin = key.charCodeAt(0) < 128;
  return (isLatin || letter === undefined ? key : letter).toLowerCase();
}

/**
 * Calls `handle` for each shortcut pressed on the page; `handle` returns whether it used it. Keys
 * pressed in fields, menus and dialogs are ignored, but not those on a checkbox, which takes no text.
 * Returns how to stop.
 */
export function onShortcut(handle: (shortcut: string, target: HTMLElement) => boolean): () => void {
  const onKey = (event: KeyboardEvent) => {
    const { target } = event;
    if (!(target instanceof HTMLElement) || event.defaultPrevented) return;
    if (target.closest('input:not([type=checkbox]), select, textarea, [role=dialog], [role=menu]')) return;
    const shortcut = shortcutOf(event);
    if (shortcut !== undefined && handle(shortcut, target)) event.preventDefault();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

/**
 * Makes Enter and the space bar press a button or send a form only once while they are held.
 * Otherwise the key would also press the next button that opens.
 */
export function pressOnce(): void {
  document.addEventListener(
    'keydown',
    (event) => {
      const { key, repeat, target } = event;
      if (!repeat || (key !== 'Enter' && key !== ' ') || !(target instanceof HTMLElement)) return;
      const isText = target.matches('textarea, input:not([type=radio], [type=checkbox], [type=file])');
      if (isText && (key === ' ' || target instanceof HTMLTextAreaElement)) return;
      event.preventDefault();
    },
    { capture: true },
  );
}
