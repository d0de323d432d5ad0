export { inspectPdf } from './inspect.ts';
export { addPages, MOST_PAGES, openPdf, PdfFault, startsLikePdf } from './open.ts';
