import { describe, expect, it } from 'vitest';
import { shortcutOf } from './shortcuts.ts';

const NONE = { code: '', repeat: false, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
const press = (key: string, more: Partial<Parameters<typeof shortcutOf>[0]> = {}) =>
  shortcutOf({ ...NONE, key, ...more });

describe('a shortcut', () => {
  it('is the same letter in both cases', () => {
    expect(press('u', { code: 'KeyU' })).toBe('u');
    expect(press('U', { code: 'KeyU', shiftKey: true })).toBe('u');
    expect(press('Z', { code: 'KeyZ', ctrlKey: true })).toBe('Ctrl+z');
  });

  it('goes by the place of the key where the layout has no Latin letters', () => {
    expect(press('г', { code: 'KeyU' })).toBe('u');
    expect(press('Ь', { code: 'KeyM', shiftKey: true })).toBe('m');
    expect(press('я', { code: 'KeyZ', ctrlKey: true })).toBe('Ctrl+z');
    expect(press('υ', { code: 'KeyY' })).toBe('y');
  });

  it('goes by the letter on the key where the layout has Latin letters, wherever they are', () => {
    expect(press('z', { code: 'KeyY', metaKey: true })).toBe('Ctrl+z');
    expect(press('m', { code: 'Semicolon' })).toBe('m');
    expect(press('é', { code: 'Digit2' })).toBe('é');
  });

  it('is asked for once while its key is held, unless the key moves', () => {
    for (const key of ['u', 'm', 't', 'Enter', ' ', 'Escape', '?', 'Home', 'Delete']) {
      expect(press(key, { repeat: true })).toBeUndefined();
    }
    expect(press('z', { ctrlKey: true, repeat: true })).toBeUndefined();
    for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown']) {
      expect(press(key, { repeat: true })).toBe(key);
    }
  });

  it('is none while a word is being composed, nor with Alt or AltGr', () => {
    expect(press('u', { isComposing: true })).toBeUndefined();
    expect(press('u', { altKey: true })).toBeUndefined();
    expect(press('@', { altKey: true, ctrlKey: true })).toBeUndefined();
  });

  it('tells Ctrl with Shift from Ctrl alone', () => {
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+z');
    expect(press('Home', { metaKey: true })).toBe('Ctrl+Home');
    expect(press('?', { shiftKey: true })).toBe('?');
  });
});
