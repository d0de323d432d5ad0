import { EncryptedPDFError, PDFDict, PDFDocument, PDFName, PDFPage } from '@cantoo/pdf-lib';

/** The most pages of one file. A file with more is not a file of instructions. */
export const MOST_PAGES = 300;

/** Readers look for the mark of a PDF in so many bytes at its beginning. */
const MARK_WITHIN_BYTES = 1_024;

/** Why a file can't be used as a PDF. The message is a sentence for people. */
export class PdfFault extends Error {
  override readonly name = 'PdfFault';
}

/** Whether a file has the mark that every PDF begins with. It says nothing about the rest. */
export const startsLikePdf = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MARK_WITHIN_BYTES)).includes('%PDF-');

/**
 * Parses a PDF. A hostile file can make this take any time and memory, so it is called in threads
 * with limits only.
 * @throws {PdfFault} the file is no PDF, protected by a password, damaged, empty or too long
 */
export async function openPdf(bytes: Uint8Array): Promise<PDFDocument> {
  if (!startsLikePdf(bytes)) throw new PdfFault('The file is not a PDF.');
  try {
    const file = await PDFDocument.load(bytes, {
      updateMetadata: false,
      parseSpeed: Number.POSITIVE_INFINITY,
    });
    const pages = file.getPageCount();
    if (pages === 0) throw new PdfFault('The PDF has no pages.');
    if (pages > MOST_PAGES) throw new PdfFault(`The PDF has ${pages} pages; ${MOST_PAGES} are allowed.`);
    return file;
  } catch (error) {
    if (error instanceof PdfFault) throw error;
    if (error instanceof EncryptedPDFError) throw new PdfFault('The PDF is protected by a password.');
    throw new PdfFault('The PDF is damaged and can’t be read.', { cause: error });
  }
}

/**
 * Appends all pages of a file to another one, without what runs or leads elsewhere when a reader
 * opens them: scripts, links and attached files have no use on paper. Returns the pages of `target`.
 * @throws {PdfFault} the file is damaged
 */
export async function addPages(target: PDFDocument, source: PDFDocument): Promise<PDFPage[]> {
  try {
    const pages = await target.copyPages(source, source.getPageIndices());
    for (const page of pages) {
      page.node.delete(PDFName.of('AA'));
      removeActions(
        page.node
          .Annots()
          ?.asArray()
          .map((note) => target.context.lookup(note)) ?? [],
      );
      target.addPage(page);
    }
    return pages;
  } catch (error) {
    throw new PdfFault('The PDF is damaged and can’t be read.', { cause: error });
  }
}

/**
 * Appends pages once more that {@link addPages} has appended to the same file. What they show is
 * stored once, so that they take next to no room.
 */
export function repeatPages(target: PDFDocument, pages: readonly PDFPage[]): void {
  for (const { node } of pages) {
    const again = node.clone(target.context);
    target.addPage(PDFPage.of(again, target.context.register(again), target));
  }
}

function removeActions(annotations: readonly unknown[]): void {
  for (const annotation of annotations) {
    if (!(annotation instanceof PDFDict)) continue;
    for (const name of ['A', 'AA', 'FS', 'PA']) annotation.delete(PDFName.of(name));
  }
}
