import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';

const SHAPES = {
  middle:
    'inset-x-0 bottom-0 max-h-[94dvh] rounded-t-xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[90dvh] sm:w-[min(46rem,94vw)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-xl',
  narrow:
    'inset-x-0 bottom-0 max-h-[94dvh] rounded-t-xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[90dvh] sm:w-[min(32rem,94vw)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-xl',
  side: 'inset-y-0 right-0 w-full sm:w-[27rem] sm:border-l sm:border-line',
};

/** A modal dialog: Esc, the cross and a click outside close it, and the focus goes back to where it was. */
export function Dialog({
  title,
  description,
  shape = 'middle',
  footer,
  onClose,
  children,
}: {
  title: ReactNode;
  /** Read out with the title and shown below it. */
  description?: ReactNode;
  shape?: keyof typeof SHAPES;
  footer?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 bg-overlay" />
        <Radix.Content
          className={`fixed z-50 flex flex-col bg-surface shadow-float outline-none ${SHAPES[shape]}`}
          {...(description === undefined && { 'aria-describedby': undefined })}
        >
          <header className="flex items-start gap-3 border-b border-line py-3 pr-3 pl-4">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-base leading-snug font-semibold text-balance">{title}</Radix.Title>
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
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-4">{children}</div>
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
