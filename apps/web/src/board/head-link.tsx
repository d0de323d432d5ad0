import type { MouseEvent, ReactNode } from 'react';

/**
 * A head of the grid that links to a page and is a stop of the grid's keys. It is a plain link,
 * because a board has many, and each link of the router checks at every change of the address
 * whether it is current.
 */
export function HeadLink({
  href,
  className = '',
  onGo,
  children,
}: {
  href: string;
  className?: string;
  onGo: (href: string) => void;
  children: ReactNode;
}) {
  const go = (click: MouseEvent) => {
    if (click.button !== 0 || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
    click.preventDefault();
    onGo(href);
  };
  return (
    <a
      href={href}
      data-stop
      tabIndex={-1}
      onClick={go}
      className={`rounded-sm hover:underline focus-visible:outline-offset-0 ${className}`}
    >
      {children}
    </a>
  );
}
