import { buttonClass } from '@scheduler/ui/button';
import { Search } from 'lucide-react';
import { Suspense, useEffect, useState } from 'react';
import { lazyComponent } from '../lib/load.ts';
import { shortcutOf } from '../ui/shortcuts.ts';

const Palette = lazyComponent(() => import('./palette.tsx'), 'Palette');

/** Opens the palette, as Ctrl+K does wherever the focus is; its code comes when it is asked for. */
export function PaletteButton() {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (shortcutOf(event) !== 'Ctrl+k') return;
      event.preventDefault();
      // A dialog that is open is finished first.
      if (!document.querySelector('[role=dialog]:not([data-beside])')) setIsOpen(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        aria-keyshortcuts="Control+K"
        title="Find or do anything (Ctrl K)"
        onClick={() => setIsOpen(true)}
        className={buttonClass('plain', 'px-2! text-ink-2! max-sm:hidden')}
      >
        <Search aria-hidden className="size-4" />
        <span className="sr-only min-[1360px]:not-sr-only">Find or do</span>
        <kbd
          aria-hidden
          className="hidden rounded border border-line px-1 font-sans text-xs min-[1360px]:inline"
        >
          Ctrl K
        </kbd>
      </button>
      {isOpen && (
        <Suspense>
          <Palette onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
