import { IconButton } from '@scheduler/ui/button';
import { successorOf } from '@scheduler/ui/focus';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { useLayer } from './layers.ts';

const FOCUS_FIRST = ['input:checked:enabled', 'input:enabled', 'button:enabled'];

const SHAPES = {
  middle:
    'inset-x-0 bottom-0 max-h-[94dvh] rounded-t-xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[90dvh] sm:w-[min(46rem,94vw)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-xl',
  narrow:
    'inset-x-0 bottom-0 max-h-[94dvh] rounded-t-xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[90dvh] sm:w-[min(32rem,94vw)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-xl',
  side: 'inset-y-0 right-0 w-full sm:w-[27rem] sm:border-l sm:border-line',
};

/**
 * A modal dialog. Esc, the cross and Back close it; so does a click outside if nothing was filled
 * in. The focus starts at the chosen option or the first field. Afterwards it returns to the
 * element that had it, to its successor in a list, or to the page.
 */
export function Dialog({
  title,
  description,
  shape = 'middle',
  footer,
  isTall = false,
  isInAddress = false,
  onClose,
  children,
}: {
  title: ReactNode;
  /** Read out with the title and shown below it. */
  description?: ReactNode;
  shape?: keyof typeof SHAPES;
  footer?: ReactNode;
  /**
   * Whether what it shows arrives or changes while it is open. It then has its full height from the
   * start, so that nothing moves away from under the pointer.
   */
  isTall?: boolean;
  /**
   * Whether the address contains that the dialog is open. Back then changes the address, and with
   * it the page.
   */
  isInAddress?: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  useLayer(onClose, !isInAddress);
  const opener = useRef(document.activeElement);
  const body = useRef<HTMLDivElement>(null);
  const filledIn = useRef(false);
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 bg-overlay" />
        <Radix.Content
          onOpenAutoFocus={(event) => {
            // On a touch screen a focused field would bring up the keyboard over the dialog.
            if (!window.matchMedia('(pointer: fine)').matches) return;
            const first = FOCUS_FIRST.map((which) => body.current?.querySelector<HTMLElement>(which)).find(
              Boolean,
            );
            if (!first) return;
            event.preventDefault();
            first.focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            const from = opener.current;
            const back = from?.isConnected
              ? from
              : ((from && successorOf(from)) ?? document.getElementById('content'));
            if (back instanceof HTMLElement) back.focus({ preventScroll: true });
          }}
          onInput={({ target }) => {
            // A search field outside of a form does not count, because it is quickly typed again.
            if ('form' in target && target.form) filledIn.current = true;
          }}
          onInteractOutside={(event) => filledIn.current && event.preventDefault()}
          onEscapeKeyDown={(event) => {
            // Escape ends the composition of a character. Safari reports this only by the key code.
            if (event.isComposing || event.keyCode === 229) event.preventDefault();
          }}
          className={`fixed z-50 flex flex-col bg-surface pb-[env(safe-area-inset-bottom)] shadow-float outline-none ${SHAPES[shape]} ${isTall ? 'h-[94dvh] sm:h-[90dvh]' : ''}`}
          {...(description === undefined && { 'aria-describedby': undefined })}
        >
          <header className="flex items-start gap-3 border-b border-line py-3 pr-3 pl-4">
            <div className="min-w-0 flex-1">
              <Radix.Title
                title={typeof title === 'string' ? title : undefined}
                className="line-clamp-3 text-base leading-snug font-semibold text-balance"
              >
                {title}
              </Radix.Title>
              {description !== undefined && (
                <Radix.Description asChild>
                  <div className="mt-0.5 text-sm text-ink-2">{description}</div>
                </Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X aria-hidden className="size-4" />
              </IconButton>
            </Radix.Close>
          </header>
          <div ref={body} className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-4">
            {children}
          </div>
          {footer && (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line p-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
