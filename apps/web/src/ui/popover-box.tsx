import { Popover } from 'radix-ui';
import type { ComponentProps } from 'react';

/** The box of a popover below its button, at the button's right edge. */
export function PopoverBox({
  label,
  className = '',
  ...content
}: Omit<ComponentProps<typeof Popover.Content>, 'aria-label'> & {
  /** Its name for screen readers. */
  label: string;
}) {
  return (
    <Popover.Portal>
      <Popover.Content
        align="end"
        sideOffset={4}
        collisionPadding={8}
        aria-label={label}
        className={`z-40 grid gap-3 rounded-md border border-line bg-surface p-3 shadow-float ${className}`}
        {...content}
      />
    </Popover.Portal>
  );
}
