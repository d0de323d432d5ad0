import { deflateSync } from 'node:zlib';
import { PDFDocument } from '@cantoo/pdf-lib';
import { expect, test } from 'vitest';
import { inspectPdf } from './inspect.ts';

const { signal } = new AbortController();
const FILE = '%PDF-1.5\n';
const objects = (...bodies: (string | Buffer)[]) =>
  Buffer.concat([
    Buffer.from(FILE),
    ...bodies.map((body, n) =>
      Buffer.concat([Buffer.from(`${n + 1} 0 obj\n`), Buffer.from(body), Buffer.from('\nendobj\n')]),
    ),
    Buffer.from('trailer\n<< /Root 1 0 R >>\n%%EOF\n'),
  ]);
const CATALOG = '<< /Type /Catalog /Pages 2 0 R >>';

test('the pages of a file are counted', async () => {
  const file = await PDFDocument.create();
  for (const text of ['one', 'two', 'three']) file.addPage().drawText(text);
  expect(await inspectPdf(await file.save(), signal)).toBe(3);
});

/** A stream of objects that unpacks to far more than a file may have. */
function bomb(): Buffer {
  const packed = deflateSync(Buffer.alloc(1_000 * 2 ** 20, '1 0 '));
  const head = `<< /Type /ObjStm /N 100000000 /First 400000000 /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`;
  return objects(CATALOG, Buffer.concat([Buffer.from(head), packed, Buffer.from('\nendstream')]));
}

test.each([
  ['unpacks to a gigabyte', bomb, 'more time or memory'],
  [
    'has a tree of pages that is a circle',
    () => objects(CATALOG, '<< /Type /Pages /Count 1 /Kids [2 0 R 2 0 R] >>'),
    'damaged',
  ],
  [
    'has arrays in arrays, a million deep',
    () => objects(CATALOG, `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`),
    'damaged',
  ],
  ['names no pages', () => objects('<< /Type /Catalog >>'), 'damaged'],
])('a file that %s is refused in bounded time and memory', async (_what, make, reason) => {
  await expect(inspectPdf(make(), signal)).rejects.toThrow(reason);
});

test('work on a file ends when it is not needed any more', async () => {
  await expect(inspectPdf(bomb(), AbortSignal.abort())).rejects.toThrow('ended');
});
