import { IconButton } from '@scheduler/ui/button';
import { successorOf } from '@scheduler/ui/focus';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';

/**
 * What a {@link Dialog} at the side says, beside the page in place of over it: the page stays as it
 * is and can be used. Esc and the cross close it. It has the focus at first, and gives it back.
 */
export function SidePanel({
  title,
  description,
  onClose,
  children,
}: {
  title: string;
  description?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    const at = panel.current;
    return () => {
      // What is chosen elsewhere meanwhile keeps the focus.
      if (document.activeElement !== document.body && !at?.contains(document.activeElement)) return;
      const back = opener?.isConnected ? opener : opener && successorOf(opener);
      if (back instanceof HTMLElement) back.focus({ preventScroll: true });
    };
  }, []);
  return (
    <div
      ref={panel}
      role="dialog"
      data-beside
      aria-labelledby={id}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
        event.stopPropagation();
        onClose();
      }}
      className="flex min-h-0 w-(--side-column) flex-none flex-col border-r border-line bg-surface outline-none"
    >
      <header className="flex items-start gap-2 border-b border-line py-2.5 pr-2 pl-3">
        <div className="min-w-0 flex-1">
          <h2
            id={id}
            title={title}
            className="line-clamp-3 text-base leading-snug font-semibold text-balance"
          >
            {title}
          </h2>
          <div className="mt-0.5 min-h-4.5 text-ink-2">{description}</div>
        </div>
        <IconButton label="Close" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-3">{children}</div>
    </div>
  );
}
