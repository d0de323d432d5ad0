import { useSyncExternalStore } from 'react';

/**
 * Whether a media query holds now. For what must not be in the page twice; looks alone are CSS's
 * business.
 */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}
