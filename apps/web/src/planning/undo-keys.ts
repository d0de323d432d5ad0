import { useEffect } from 'react';
import { onShortcut } from '../ui/shortcuts.ts';
import { useEdits } from './edits.ts';

/** Returns which step a shortcut asks for: Ctrl+Z undoes, Ctrl+Shift+Z and Ctrl+Y redo. */
export function undoStepOf(shortcut: string): 'undo' | 'redo' | undefined {
  if (shortcut === 'Ctrl+z') return 'undo';
  return shortcut === 'Ctrl+Shift+z' || shortcut === 'Ctrl+y' ? 'redo' : undefined;
}

/** Undoes and redoes by key while a page is on screen, but for viewers, who change nothing. */
export function useUndoKeys(mayWrite: boolean): void {
  const edits = useEdits();
  useEffect(() => {
    if (!mayWrite) return undefined;
    return onShortcut((shortcut) => {
      const step = undoStepOf(shortcut);
      if (step) edits[step]();
      return step !== undefined;
    });
  }, [mayWrite, edits]);
}
