export { inspectPdf } from './inspect.ts';
export { addPages, MOST_PAGES, openPdf, PdfFault, repeatPages, startsLikePdf } from './open.ts';
