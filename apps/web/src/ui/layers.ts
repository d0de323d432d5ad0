import { type RouterHistory, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

/*
 * A dialog or another layer over the page has its own entry in the browser’s history, at the same
 * address. Back closes the topmost layer. A layer that is closed in another way removes its entry,
 * so that Back always has an effect.
 */

interface Layer {
  close: () => void;
}

/** An entry that was made for a layer, and the address when it was made. */
interface Entry {
  index: number;
  href: string;
}

const indexOf = ({ location }: RouterHistory): number => location.state.__TSR_index;

/**
 * The layers over a page. `pushEntry` adds a history entry at the current address; `setAddress`
 * changes the address of the current entry.
 */
export class Layers {
  private readonly layers: Layer[] = [];
  private entries: Entry[] = [];
  /** Entries of layers that were open when the page navigated elsewhere. Back skips them. */
  private readonly stale = new Set<number>();
  /** The entry that opened something in the address itself, such as the panel of an event. */
  private panelIndex: number | undefined;
  private previous: { index: number; href: string; pathname: string; hasPanel: boolean };
  private onArrival: (() => void) | undefined;
  private isAdjustPlanned = false;

  private readonly history: RouterHistory;
  private readonly pushEntry: () => void;
  private readonly setAddress: (href: string) => void;

  constructor(history: RouterHistory, pushEntry: () => void, setAddress: (href: string) => void) {
    this.history = history;
    this.pushEntry = pushEntry;
    this.setAddress = setAddress;
    this.previous = this.now();
    history.subscribe(({ action: { type } }) => this.handleNavigation(type));
  }

  /**
   * Adds a layer over the page; `close` is called when Back closes it. Returns a function that
   * removes the layer.
   */
  open(close: () => void): () => void {
    const layer = { close };
    this.layers.push(layer);
    this.adjustSoon();
    return () => {
      const at = this.layers.indexOf(layer);
      if (at >= 0) this.layers.splice(at, 1);
      this.adjustSoon();
    };
  }

  /**
   * Closes a panel that is in the address. Goes back to the entry before it, or calls `replace` if
   * the page was opened with the panel.
   */
  leavePanel(replace: () => void): void {
    if (this.onArrival || this.entries.length > 0 || this.panelIndex !== indexOf(this.history)) replace();
    else this.goBack(1);
  }

  private now() {
    const { href, pathname, search } = this.history.location;
    return {
      index: indexOf(this.history),
      href,
      pathname,
      hasPanel: new URLSearchParams(search).has('event'),
    };
  }

  private handleNavigation(type: 'PUSH' | 'REPLACE' | 'BACK' | 'FORWARD' | 'GO'): void {
    const { previous } = this;
    const now = this.now();
    this.previous = now;
    if (type === 'PUSH') {
      this.stale.delete(now.index);
      if (now.hasPanel && !previous.hasPanel && now.pathname === previous.pathname)
        this.panelIndex = now.index;
      return;
    }
    if (type === 'REPLACE') return;
    if (this.onArrival) {
      this.onArrival();
      return;
    }
    const kept = this.entries.filter(({ index }) => index <= now.index);
    const left = this.entries.slice(kept.length);
    this.entries = kept;
    // A choice made in a dialog, such as a filter, stays in the address when Back closes the
    // dialog.
    const [lowest] = left;
    if (lowest && previous.href !== lowest.href && previous.pathname === now.pathname)
      this.setAddress(previous.href);
    for (const layer of this.layers.splice(kept.length).reverse()) layer.close();
    if (type === 'BACK' && this.stale.delete(now.index)) this.goBack(1);
  }

  /**
   * Adjusts the history after all layers of this moment have opened or closed, so that a dialog
   * that follows another one takes over its entry.
   */
  private adjustSoon(): void {
    if (this.isAdjustPlanned) return;
    this.isAdjustPlanned = true;
    setTimeout(() => {
      this.isAdjustPlanned = false;
      this.adjust();
    });
  }

  private adjust(): void {
    if (this.onArrival) return;
    const surplus = this.entries.length - this.layers.length;
    const top = this.entries.at(-1);
    if (surplus > 0 && top) {
      const gone = this.entries.splice(-surplus);
      if (indexOf(this.history) === top.index) this.goBack(surplus, gone[0]);
      else for (const { index } of gone) this.stale.add(index);
    } else if (surplus < 0) {
      this.pushEntry();
      this.entries.push({ index: indexOf(this.history), href: this.history.location.href });
      this.adjust();
    }
  }

  /** Goes back by a number of entries. Navigation waits until that is done. */
  private goBack(count: number, lowest?: Entry): void {
    const { href } = this.history.location;
    const arrival = Promise.withResolvers<void>();
    const unblock = this.history.block({
      blockerFn: async ({ action }) => {
        if (action === 'PUSH' || action === 'REPLACE') await arrival.promise;
        return false;
      },
      enableBeforeUnload: false,
    });
    this.onArrival = () => {
      this.onArrival = undefined;
      unblock();
      arrival.resolve();
      if (lowest && href !== lowest.href) this.setAddress(href);
      this.adjustSoon();
    };
    this.history.go(-count, { ignoreBlocker: true });
  }
}

let layers: Layers | undefined;

function useLayers(): Layers {
  const router = useRouter();
  layers ??= new Layers(
    router.history,
    () =>
      void router.commitLocation({
        ...router.latestLocation,
        state: { ...router.latestLocation.state, layer: indexOf(router.history) + 1 },
        resetScroll: false,
      }),
    (href) => void router.navigate({ href, replace: true, resetScroll: false }),
  );
  return layers;
}

/** Makes Back close a layer while its component is mounted. */
export function useLayer(onClose: () => void, enabled = true): void {
  const over = useLayers();
  const latest = useRef(onClose);
  useEffect(() => {
    latest.current = onClose;
  });
  useEffect(() => (enabled ? over.open(() => latest.current()) : undefined), [over, enabled]);
}

/**
 * Returns a function that closes a panel in the address and restores the page from before it was
 * opened.
 */
export function useLeavePanel(replace: () => void): () => void {
  const over = useLayers();
  return () => over.leavePanel(replace);
}

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The number of the layer for which the entry was made. */
    layer?: number;
  }
}
