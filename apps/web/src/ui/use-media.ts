import { useSyncExternalStore } from 'react';

/**
 * Whether a media query matches. For content that must not be in the page twice; use CSS for looks.
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
