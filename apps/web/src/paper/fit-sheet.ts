import { type RefObject, useLayoutEffect } from 'react';

/** A range of text sizes in points, the largest first. Tight text has one line for each name. */
export interface TextSizes {
  largest: number;
  smallest: number;
  isTight?: true;
}

const STEP = 0.25;

/**
 * Gives a sheet the largest text with which it stands on its page: the first range that has one
 * wins. If none has, the sheet continues on another page with the smallest text.
 * @param sheet has the height of a page; its only child has the height of what is in it
 */
function fitSheet(sheet: HTMLElement, ranges: readonly TextSizes[]): void {
  const [content] = sheet.children;
  if (!content) return;
  const { style, dataset } = sheet;
  // Paper isn't scaled as the sheet on the screen is.
  style.zoom = '1';
  delete dataset.long;
  const fits = (size: number) => {
    style.fontSize = `${size}pt`;
    return content.scrollHeight <= sheet.clientHeight;
  };
  const isDone = ranges.some(({ largest, smallest, isTight = false }) => {
    dataset.tight = String(isTight);
    if (!fits(smallest)) return false;
    let [low, high] = [0, Math.round((largest - smallest) / STEP)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (fits(smallest + middle * STEP)) low = middle;
      else high = middle - 1;
    }
    return fits(smallest + low * STEP);
  });
  if (!isDone) dataset.long = 'true';
  style.zoom = '';
}

/** Keeps a sheet {@link fitSheet fitted} while what is in it changes. */
export function useFitSheet(sheet: RefObject<HTMLElement | null>, ranges: readonly TextSizes[]): void {
  useLayoutEffect(() => {
    const element = sheet.current;
    if (!element) return;
    const update = () => fitSheet(element, ranges);
    update();
    // Notes, and the font, come after the rest.
    const watch = new MutationObserver(update);
    watch.observe(element, { childList: true, characterData: true, subtree: true });
    document.fonts.addEventListener('loadingdone', update);
    return () => {
      watch.disconnect();
      document.fonts.removeEventListener('loadingdone', update);
    };
  }, [sheet, ranges]);
}
