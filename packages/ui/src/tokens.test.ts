import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

/** Each colour that is one in light and one in dark. */
const colours = new Map(
  [...css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
);

const TYPES = [...colours.keys()].filter((name) => name.startsWith('type-') && !name.endsWith('-soft'));
const STATES = ['synced', 'pending', 'waiting', 'failed', 'conflict'];

/** Which texts stand on which grounds. */
const PAIRS = [
  ...['ink', 'ink-2', 'ink-3', 'accent-text'].flatMap((text) =>
    ['ground', 'surface', 'surface-2', 'today', 'off', 'weekend'].map((ground) => [text, ground] as const),
  ),
  ...TYPES.flatMap((type) => [[type, `${type}-soft`] as const, [type, 'surface'] as const]),
  ...TYPES.flatMap((type) => ['ink', 'ink-2', 'ink-3'].map((text) => [text, `${type}-soft`] as const)),
  ...STATES.flatMap((state) => [[state, `${state}-soft`] as const, [state, 'surface'] as const]),
];

describe('colours', () => {
  it('are known, each in light and dark', () => {
    expect(TYPES).toHaveLength(9);
    expect(PAIRS.flat().filter((name) => !colours.has(name))).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('of text have 4.5:1 on the grounds they stand on, %s', (theme) => {
    const hex = (name: string) => colours.get(name)?.[theme] ?? '';
    const tooFaint = PAIRS.map(([text, ground]) => ({
      text,
      ground,
      contrast: contrastOf(hex(text), hex(ground)),
    })).filter(({ contrast }) => !(contrast >= 4.5));
    expect(tooFaint).toEqual([]);
  });
});

/** The contrast of two colours by WCAG 2. */
function contrastOf(a: string, b: string): number {
  const [bright = 0, dark = 0] = [luminanceOf(a), luminanceOf(b)].sort((one, other) => other - one);
  return (bright + 0.05) / (dark + 0.05);
}

function luminanceOf(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
