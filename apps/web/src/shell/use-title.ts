import { useEffect } from 'react';

const PRODUCT = 'Crossmark Scheduler';

/**
 * Sets the title of the tab, such as the page, its week or its person. While that is unknown, the
 * title is the product's name.
 */
export function useTitle(what: string | undefined): void {
  useEffect(() => {
    document.title = what ? `${what} – ${PRODUCT}` : PRODUCT;
    return () => {
      document.title = PRODUCT;
    };
  }, [what]);
}
