import { useEffect, useRef, useState } from 'react';

/** The state of a field, separate from the value of its page. */
interface Draft {
  /** The text in the field. */
  text: string;
  /**
   * The value to pass on after a pause in typing; undefined if there is none or it is incomplete.
   */
  next: string | undefined;
  /** The page's value when it was last compared. */
  pageValue: string;
  /** Values that were passed on and have not yet become the page's value. */
  awaited: readonly string[];
}

export function draftOf(value: string): Draft {
  return { text: value, next: undefined, pageValue: value, awaited: [] };
}

/**
 * Returns the draft after typing. `whole` is the value of the text; undefined while it is
 * incomplete.
 */
export function withTyped(draft: Draft, text: string, whole: string | undefined): Draft {
  return {
    ...draft,
    text,
    next: whole === draft.pageValue && draft.awaited.length === 0 ? undefined : whole,
  };
}

/** Returns the draft after its value was passed on. */
export function withHandedOn(draft: Draft, value: string): Draft {
  return { ...draft, next: undefined, awaited: [...draft.awaited, value] };
}

/**
 * Returns the draft after a new value of the page. A value that was passed on returns late and does
 * not change later typing. Any other value, such as after Back, replaces the draft.
 */
export function withValue(draft: Draft, value: string): Draft {
  const echo = draft.awaited.indexOf(value);
  if (echo < 0) return draftOf(value);
  return { ...draft, pageValue: value, awaited: draft.awaited.slice(echo + 1) };
}

/**
 * Holds what is typed into a field, so that a page that takes a value over late, or not at all,
 * never loses a key. `onChange` gets a complete value after a pause of `restMs`, and at once when
 * `settle` is called.
 */
export function useDraft(value: string, onChange: (value: string) => void, restMs: number) {
  const [draft, setDraft] = useState(() => draftOf(value));
  if (draft.pageValue !== value) setDraft(withValue(draft, value));
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  const handOn = (next: string | undefined) => {
    if (next === undefined) return;
    setDraft((now) => withHandedOn(now, next));
    latest.current(next);
  };
  const { text, next } = draft;
  useEffect(() => {
    if (next === undefined) return;
    const timer = setTimeout(() => handOn(next), restMs);
    return () => clearTimeout(timer);
  }, [text, next, restMs]);
  return {
    text,
    /**
     * Accepts typed text. `rests` means that the input is finished, for example from a calendar.
     */
    type: (nextText: string, whole: string | undefined, rests = false) => {
      const after = withTyped(draft, nextText, whole);
      setDraft(after);
      if (rests) handOn(after.next);
    },
    settle: () => handOn(next),
  };
}
