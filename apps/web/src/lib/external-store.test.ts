import { expect, it, vi } from 'vitest';
import { createExternalStore } from './external-store.ts';

it('tells every listener of a change, and none of a state that is the same', () => {
  const store = createExternalStore({ count: 0 });
  const [one, other] = [vi.fn(), vi.fn()];
  store.subscribe(one);
  store.subscribe(other);
  const next = { count: 1 };
  store.set(next);
  store.set(next);
  expect(store.get()).toBe(next);
  expect(one).toHaveBeenCalledTimes(1);
  expect(other).toHaveBeenCalledTimes(1);
});

it('tells nobody who has stopped', () => {
  const store = createExternalStore(0);
  const listener = vi.fn();
  store.subscribe(listener)();
  store.set(1);
  expect(listener).not.toHaveBeenCalled();
});

it('observes from the first listener to the last, and again when another comes', () => {
  const stop = vi.fn();
  const observe = vi.fn(() => stop);
  const store = createExternalStore(0, observe);
  const stops = [store.subscribe(() => {}), store.subscribe(vi.fn())];
  expect(observe).toHaveBeenCalledTimes(1);
  stops[0]?.();
  expect(stop).not.toHaveBeenCalled();
  stops[1]?.();
  expect(stop).toHaveBeenCalledTimes(1);
  store.subscribe(() => {});
  expect(observe).toHaveBeenCalledTimes(2);
});
