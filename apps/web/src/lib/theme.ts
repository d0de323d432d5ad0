import { useSyncExternalStore } from 'react';

/**
 * The themes to choose from; `system` follows the device. public/theme.js applies the choice to the
 * page.
 */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/**
 * The densities to choose from. public/theme.js applies the choice to the page; tokens.css defines
 * the sizes.
 */
export const DENSITIES = ['compact', 'comfortable'] as const;
export type Density = (typeof DENSITIES)[number];

/** Returns the chosen theme. */
export const useTheme = (): Theme => useChoice('theme', THEMES);

/** Returns the chosen density. */
export const useDensity = (): Density => useChoice('density', DENSITIES);

/** Whether the board shows the next days below its head. */
const NEXT_DAYS = ['closed', 'open'] as const;

/** Returns whether the board shows the next days. */
export const useNextDays = (): boolean => useChoice('next-days', NEXT_DAYS) === 'open';

/** Stores the choice in this browser and applies it at once, also in other tabs. */
export function chooseLook(
  look: 'theme' | 'density' | 'next-days',
  choice: Theme | Density | (typeof NEXT_DAYS)[number],
): void {
  try {
    localStorage.setItem(look, choice);
  } catch {
    // Storage is disabled, so the choice lasts only until the page is closed.
  }
  window.dispatchEvent(new Event('lookchosen'));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('storage', listener);
  window.addEventListener('lookchosen', listener);
  return () => {
    window.removeEventListener('storage', listener);
    window.removeEventListener('lookchosen', listener);
  };
}

function useChoice<Choice extends string>(look: string, choices: readonly [Choice, ...Choice[]]): Choice {
  return useSyncExternalStore(subscribe, () => {
    try {
      return choices.find((choice) => choice === localStorage.getItem(look)) ?? choices[0];
    } catch {
      return choices[0];
    }
  });
}
