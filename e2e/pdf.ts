import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { Page } from 'playwright-core';

/** One page of a printed document. */
export interface PrintedPage {
  /** In points. */
  width: number;
  height: number;
  /** All its texts, in the order in which they were drawn. */
  text: string;
  /** Texts that are not wholly on the page. */
  outside: string[];
}

/** Prints a page as the browser would on Letter paper, and reads the result. */
export const printed = async (page: Page): Promise<PrintedPage[]> =>
  pagesOf(await page.pdf({ format: 'Letter', preferCSSPageSize: true }));

/** Reads the pages of a PDF. */
export async function pagesOf(bytes: Uint8Array): Promise<PrintedPage[]> {
  const loading = getDocument({ data: new Uint8Array(bytes), verbosity: 0 });
  const document = await loading.promise;
  const pages: PrintedPage[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const sheet = await document.getPage(number);
    const [left = 0, bottom = 0, right = 0, top = 0] = sheet.view;
    const { items } = await sheet.getTextContent();
    const texts = items.flatMap((item) => ('str' in item && item.str.trim() ? [item] : []));
    pages.push({
      width: right - left,
      height: top - bottom,
      text: texts.map(({ str }) => str).join(' '),
      outside: texts
        .filter(({ transform, width, height }) => {
          const [, , , , x = 0, y = 0] = transform as number[];
          return x < left || y < bottom || x + width > right || y + height > top;
        })
        .map(({ str }) => str),
    });
  }
  await loading.destroy();
  return pages;
}
