const ROWS = 'li, tr, [role="row"]';
const CONTROLS = 'a[href], button, input, select, textarea, summary';
/** Parts that handle keys and focus themselves. */
const APART = '[data-board]';

/** The position of the focused control in a list. */
interface Place {
  row: Element;
  list: Element;
  /** The index of the row in its list. */
  index: number;
  /** The elements around the list, the nearest first. */
  around: readonly Element[];
  /** The text of the control, by which the same control of another row is found. */
  words: string;
  control: number;
}

const places = new WeakMap<Element, Place>();
let last: Element | undefined;

/**
 * Keeps the keyboard focus in every list of the page. When the row with the focus is removed, for
 * example because its event was retried, the same control of the row that took its place gets the
 * focus. If the list has become empty, the part of the page around it gets the focus. Call this
 * once.
 */
export function keepFocusInLists(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element)) return;
    last = target;
    const place = placeOf(target);
    if (place) places.set(target, place);
  });
  new MutationObserver(() => {
    if (!last || last.isConnected) return;
    const gone = last;
    last = undefined;
    if (document.activeElement === document.body) successorOf(gone)?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}

/**
 * Returns the element that gets the focus in place of a removed element of a list; undefined if it
 * was not in a list.
 */
export function successorOf(gone: Element): HTMLElement | undefined {
  const place = places.get(gone);
  if (!place) return undefined;
  const row = place.row.isConnected ? place.row : rowAt(place);
  const next = row && controlIn(row, place);
  if (next) return next;
  const part = place.around.find(
    (each) => each.isConnected && each.matches('section, main, [role="region"]'),
  );
  if (!(part instanceof HTMLElement)) return undefined;
  // It can be focused, but the Tab key does not stop at it.
  if (!part.hasAttribute('tabindex')) part.tabIndex = -1;
  return part;
}

function placeOf(element: Element): Place | undefined {
  const row = element.closest(ROWS);
  const list = row?.parentElement;
  if (!row || !list || element.closest(APART)) return undefined;
  const around: Element[] = [];
  for (let each = list.parentElement; each; each = each.parentElement) around.push(each);
  return {
    row,
    list,
    index: rowsOf(list).indexOf(row),
    around,
    words: wordsOf(element),
    control: [...row.querySelectorAll(CONTROLS)].indexOf(element),
  };
}

const rowsOf = (list: Element): Element[] => [...list.children].filter((each) => each.matches(ROWS));

function rowAt({ list, index }: Place): Element | undefined {
  if (!list.isConnected) return undefined;
  const rows = rowsOf(list);
  return rows[Math.min(index, rows.length - 1)];
}

/** The text of a control without the name of its subject, which differs from row to row. */
const wordsOf = (element: Element): string =>
  element instanceof HTMLInputElement ? element.type : element.textContent.trim();

function controlIn(row: Element, { words, control }: Place): HTMLElement | undefined {
  const controls = [...row.querySelectorAll<HTMLElement>(CONTROLS)].filter(
    (each) => !each.matches(':disabled'),
  );
  if (control < 0)
    return row instanceof HTMLElement && row.tabIndex >= -1 && row.hasAttribute('tabindex')
      ? row
      : controls[0];
  return controls.find((each) => words !== '' && wordsOf(each) === words) ?? controls[control] ?? controls[0];
}
