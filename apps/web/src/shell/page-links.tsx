import { buttonClass } from '@scheduler/ui/button';
import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { ChevronDown, type LucideIcon } from 'lucide-react';

interface Page {
  to: NonNullable<LinkProps['to']>;
  label: string;
  Icon: LucideIcon;
}

/** How many fit beside each other on a phone; the others are in a menu there. */
const ON_PHONE = 4;

/** The ways to the pages: all in a row, on a phone the first ones and a menu with the rest. */
export function PageLinks({ pages }: { pages: readonly Page[] }) {
  const { pathname } = useLocation();
  const rest = pages.slice(ON_PHONE);
  const current = rest.find(({ to }) => to === pathname);
  return (
    <nav aria-label="Pages" className="order-last flex w-full gap-1 sm:order-none sm:w-auto">
      {pages.map((page, index) => (
        <PageLink
          key={page.to}
          page={page}
          className={`flex-1 max-sm:px-1! sm:flex-none sm:px-2.5! ${index < ON_PHONE ? '' : 'max-sm:hidden'}`}
        />
      ))}
      {rest.length > 0 && (
        <>
          <button
            type="button"
            popoverTarget="more-pages"
            className={buttonClass(
              'quiet',
              `flex-1 px-1! sm:hidden ${current ? 'bg-accent-soft! font-medium text-accent-text!' : ''}`,
            )}
          >
            {current?.label ?? 'More'}
            {current && <span className="sr-only">, more pages</span>}
            <ChevronDown aria-hidden className="size-3.5" />
          </button>
          <div
            id="more-pages"
            popover="auto"
            className="inset-auto top-24 right-3 m-0 min-w-40 rounded-md border border-line bg-surface p-1 shadow-float sm:hidden!"
          >
            {rest.map((page) => (
              <PageLink
                key={page.to}
                page={page}
                className="w-full justify-start!"
                onClick={(link) => link.closest<HTMLElement>('[popover]')?.hidePopover()}
              />
            ))}
          </div>
        </>
      )}
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
        className: 'bg-accent-soft! text-accent-text! font-medium',
        'aria-current': 'page',
      }}
    >
      <Icon aria-hidden className={`size-4 ${onClick ? '' : 'hidden xl:inline'}`} />
      {label}
    </Link>
  );
}
