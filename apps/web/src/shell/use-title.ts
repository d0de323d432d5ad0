import { useEffect } from 'react';

const PRODUCT = 'Crossmark Scheduler';

/**
 * Names the tab after what it shows, such as the page, its week or its person; the product alone
 * while that is unknown.
 */
export function useTitle(what: string | undefined): void {
  useEffect(() => {
    document.title = what ? `${what} – ${PRODUCT}` : PRODUCT;
    return () => {
      document.title = PRODUCT;
    };
  }, [what]);
}
