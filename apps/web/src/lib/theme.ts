import { useSyncExternalStore } from 'react';

/** What a person may choose; `system` follows the device. public/theme.js puts it on the page. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

function storedTheme(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem('theme')) ?? 'system';
  } catch {
    return 'system';
  }
}

/** Keeps the choice in this browser and shows it at once, in its other tabs too. */
export function chooseTheme(theme: Theme): void {
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Storage is switched off: the system goes on deciding.
  }
  window.dispatchEvent(new Event('themechosen'));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('storage', listener);
  window.addEventListener('themechosen', listener);
  return () => {
    window.removeEventListener('storage', listener);
    window.removeEventListener('themechosen', listener);
  };
}

/** The theme that was chosen. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, storedTheme);
}
