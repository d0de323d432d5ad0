import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COLOURS, dressBoard } from './board-look.ts';

test('bull-board has the colours of our own pages, light and dark', () => {
  const tokens = readFileSync(new URL('../../../packages/ui/src/tokens.css', import.meta.url), 'utf8');
  const others = Object.values(COLOURS).filter(
    ([token, light, dark]) => !tokens.includes(`--${token}: light-dark(${light}, ${dark});`),
  );
  expect(others).toEqual([]);
});

test('bull-board’s page has the ways back to ours, and asks nobody else for its letters', () => {
  const page =
    '<head><link href="https://fonts.googleapis.com/css2?family=X" rel="stylesheet"></head><body><div id="root"></div></body>';
  const dressed = dressBoard(page, '/assets/inter.woff2');
  expect(dressed).not.toContain('googleapis');
  expect(dressed).toContain('url("/assets/inter.woff2")');
  expect(dressed).toMatch(/<nav .*<a href="\/">Overview<\/a>.*<div id="root">/);
  expect(dressBoard(page, undefined)).not.toContain('@font-face');
});
