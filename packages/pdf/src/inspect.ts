import { Worker } from 'node:worker_threads';
import { boundMemory, nextAnswer, ThreadEnded } from '@scheduler/runtime';
import type { Inspection } from './inspect-thread.ts';
import { PdfFault } from './open.ts';

/** The memory of a thread for objects. A file of 20 MB that consists of pictures takes 20 MB. */
const HEAP_MEGABYTES = 128;
/** The memory of a thread outside of its heap, where the bytes of files are. */
const BYTES_MEGABYTES = 160;
const LONGEST_MS = 20_000;

/**
 * Parses a PDF in a thread, in bounded time and memory, and returns the number of its pages.
 * @throws {PdfFault} it can't be part of a packet
 * @throws {ThreadEnded} `signal` aborted
 */
export async function inspectPdf(bytes: Uint8Array, signal: AbortSignal): Promise<number> {
  const worker = new Worker(THREAD_FILE, {
    name: 'pdf',
    workerData: bytes,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES, maxYoungGenerationSizeMb: 8 },
  });
  boundMemory(worker, { megabytes: BYTES_MEGABYTES });
  try {
    const late = AbortSignal.timeout(LONGEST_MS);
    const inspection = await nextAnswer<Inspection>(worker, AbortSignal.any([signal, late]));
    if ('fault' in inspection) throw new PdfFault(inspection.fault);
    return inspection.pages;
  } catch (error) {
    if (!(error instanceof ThreadEnded) || signal.aborted) throw error;
    throw new PdfFault('Reading the PDF takes more time or memory than a file may.', { cause: error });
  } finally {
    await worker.terminate();
  }
}

/** In a build the file is beside the bundle. */
const THREAD_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './inspect-thread.ts' : './inspect-thread.js',
  import.meta.url,
);
