const ROWS = 'li, tr, [role="row"]';
const CONTROLS = 'a[href], button, input, select, textarea, summary';
/** What has keys of its own and keeps its own place. */
const APART = '[data-board]';

/** Where in a list something stood while it had the focus. */
interface Place {
  row: Element;
  list: Element;
  /** Of the row in its list. */
  index: number;
  /** What stood around the list, the nearest first. */
  around: readonly Element[];
  /** Tells alike controls of other rows: its words, and its place among those of its row. */
  words: string;
  control: number;
}

const places = new WeakMap<Element, Place>();
let last: Element | undefined;

/**
 * Keeps the keyboard's place in every list of the page: where what has the focus goes, as a row
 * does whose event was retried, the same control of the row that took its place has it; where
 * the list has become empty, the part of the page that it stood in. To be called once.
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
 * What has the focus in place of something that was in a list and is gone; undefined for what was
 * in none.
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
  // Takes the focus, and is no stop of the Tab key.
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

/** The words on a control without what it is about, which differs from row to row. */
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
