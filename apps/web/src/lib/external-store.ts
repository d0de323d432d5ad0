import { useSyncExternalStore } from 'react';

/** State outside of React, for one page load. */
export interface ExternalStore<State> {
  get(): State;
  /** Replaces the state and calls every listener. Does nothing if the state is the same. */
  set(next: State): void;
  /** Calls `listener` after each change. Returns how to stop. */
  subscribe(listener: () => void): () => void;
}

/**
 * Creates a store.
 * @param observe called when the first listener is added, for example to start a timer. The
 * function that it returns is called when the last listener is removed
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
 * Returns the value that `select` takes from a store; the component renders again when that value
 * changes. `select` must return a primitive or a part of the state, never a new object.
 */
export function useExternalStore<State, Part>(
  { subscribe, get }: ExternalStore<State>,
  select: (state: State) => Part,
): Part {
  return useSyncExternalStore(subscribe, () => select(get()));
}
