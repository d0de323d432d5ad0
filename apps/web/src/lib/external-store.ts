import { useSyncExternalStore } from 'react';

/** State that lives outside of React, for one page load. */
export interface ExternalStore<State> {
  get(): State;
  /** Replaces the state and calls every listener; a state that is the same does nothing. */
  set(next: State): void;
  /** Calls `listener` after each change. Returns how to stop. */
  subscribe(listener: () => void): () => void;
}

/**
 * Creates a store.
 * @param observe runs when the first listener comes, such as to start a timer; the function that it
 * returns runs when the last listener has gone
 */
export function createExternalStore<State>(initial: State, observe?: () => () => void): ExternalStore<State> {
  let state = initial;
  let stopObserving: (() => void) | undefined;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set(next) {
      if (Object.is(state, next)) return;
      state = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      stopObserving ??= observe?.();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stopObserving?.();
        stopObserving = undefined;
      };
    },
  };
}

/**
 * What `select` takes from a store; the component renders again when that is another value.
 * `select` returns a primitive or a part of the state, never a new object.
 */
export function useExternalStore<State, Part>(
  { subscribe, get }: ExternalStore<State>,
  select: (state: State) => Part,
): Part {
  return useSyncExternalStore(subscribe, () => select(get()));
}
