import { buttonClass } from '@scheduler/ui/button';
import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { Ellipsis, type LucideIcon } from 'lucide-react';

interface Page {
  to: NonNullable<LinkProps['to']>;
  label: string;
  Icon: LucideIcon;
  /** Whether a phone has the link in its menu “More”, because its bar has room for five. */
  isMore?: true;
}

/**
 * The links to the pages: a row in the header, or on a phone a bar at the bottom with the most used
 * ones and a menu with the others.
 */
export function PageLinks({ pages }: { pages: readonly Page[] }) {
  const pathname = useLocation({ select: (location) => location.pathname });
  const more = pages.filter(({ isMore }) => isMore);
  return (
    <nav aria-label="Pages" className="page-links flex gap-1">
      {pages.map((page) => (
        <PageLink key={page.to} page={page} className={`sm:px-2.5! ${page.isMore ? 'max-sm:hidden' : ''}`} />
      ))}
      <button
        type="button"
        popoverTarget="more-pages"
        aria-current={more.some(({ to }) => to === pathname) || undefined}
        className={buttonClass('quiet', 'sm:hidden')}
      >
        <Ellipsis aria-hidden />
        More
      </button>
      <div
        id="more-pages"
        popover="auto"
        className="inset-auto right-2 w-44 bottom-[calc(var(--bottom-bar)+0.25rem)] m-0 rounded-md border border-line bg-surface p-1 text-ink shadow-float sm:hidden!"
      >
        {more.map((page) => (
          <PageLink
            key={page.to}
            page={page}
            className="w-full justify-start! pointer-coarse:h-11!"
            onClick={(link) => link.closest<HTMLElement>('[popover]')?.hidePopover()}
          />
        ))}
      </div>
    </nav>
  );
}

function PageLink({
  page: { to, label, Icon },
  className,
  onClick,
}: {
  page: Page;
  className: string;
  onClick?: (link: HTMLElement) => void;
}) {
  return (
    <Link
      to={to}
      onClick={(click) => onClick?.(click.currentTarget)}
      activeOptions={{ exact: true, includeSearch: false }}
      className={buttonClass('quiet', className)}
      activeProps={{
        className: 'sm:bg-accent-soft! text-accent-text! font-medium',
        'aria-current': 'page',
      }}
    >
      <Icon aria-hidden className={`size-4 ${onClick ? '' : 'sm:max-[1500px]:hidden'}`} />
      {label}
    </Link>
  );
}
