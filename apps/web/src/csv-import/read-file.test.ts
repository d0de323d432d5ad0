import { describe, expect, it } from 'vitest';
import { FileUnreadable } from '../lib/problem.ts';
import { readCsvFile } from './read-file.ts';

const read = (...bytes: number[]) => readCsvFile(new Blob([new Uint8Array(bytes)]));

describe('a chosen file', () => {
  it('is read as it was written: UTF-8, what Excel calls Unicode text, or the encoding of Windows', async () => {
    expect(await readCsvFile(new Blob(['Café “Oats”']))).toBe('Café “Oats”');
    expect(await read(0xff, 0xfe, 0x43, 0, 0xe9, 0)).toBe('Cé');
    expect(await read(0x43, 0x61, 0x66, 0xe9)).toBe('Café');
  });

  it('is read as UTF-16 of either order, with its mark or without', async () => {
    expect(await read(0xfe, 0xff, 0, 0x43, 0, 0xe9)).toBe('Cé');
    expect(await read(0, 0x43, 0, 0xe9)).toBe('Cé');
    expect(await read(0x43, 0, 0xe9, 0)).toBe('Cé');
  });

  it('that is no text is sent by its beginning alone, which tells what made it', async () => {
    const workbook = new Uint8Array(100_000).fill(0x9d);
    workbook.set([0x50, 0x4b, 3, 4, 20, 0]);
    const text = await readCsvFile(new Blob([workbook]));
    expect(text).toHaveLength(1_000);
    expect(text.startsWith('PK\u0003\u0004')).toBe(true);
  });

  it('that can’t be read, as a folder can’t, is refused with the way out', async () => {
    const folder = new Blob([]);
    folder.arrayBuffer = () => Promise.reject(new DOMException('It is a folder.', 'NotFoundError'));
    await expect(readCsvFile(folder)).rejects.toThrow(FileUnreadable);
    await expect(readCsvFile(folder)).rejects.toThrow(/a folder.*save a copy as CSV/);
  });

  it('that is too large is refused before it is sent', async () => {
    await expect(readCsvFile(new Blob(['x'.repeat(4_000_001)]))).rejects.toThrow(FileUnreadable);
    await expect(readCsvFile(new Blob(['x'.repeat(4_000_001)]))).rejects.toThrow(/4 MB is the most/);
  });
});
