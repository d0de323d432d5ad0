/** The thread in which one PDF is inspected; started by inspect.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { PDFDocument } from '@cantoo/pdf-lib';
import { addPages, openPdf, PdfFault } from './open.ts';

export type Inspection = { pages: number } | { fault: string };

async function inspect(bytes: Uint8Array): Promise<Inspection> {
  try {
    // As in a packet, so that a file that can't be merged is found now.
    const pages = await addPages(await PDFDocument.create(), await openPdf(bytes));
    return { pages: pages.length };
  } catch (error) {
    if (error instanceof PdfFault) return { fault: error.message };
    throw error;
  }
}

parentPort?.postMessage(await inspect(workerData as Uint8Array));
