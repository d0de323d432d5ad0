import { useEffect, useRef, useState } from 'react';

/** What is in a field, beside the value that its page has. */
interface Draft {
  /** What the field shows. */
  text: string;
  /**
   * What is to be handed on once the typing rests; undefined where nothing is, or nothing whole.
   */
  next: string | undefined;
  /** The page's value when it was last looked at. */
  pageValue: string;
  /** What was handed on and has not come back as the page's value yet. */
  awaited: readonly string[];
}

export function draftOf(value: string): Draft {
  return { text: value, next: undefined, pageValue: value, awaited: [] };
}

/** Something was typed: `whole` is what it says, undefined while it says nothing whole. */
export function withTyped(draft: Draft, text: string, whole: string | undefined): Draft {
  return {
    ...draft,
    text,
    next: whole === draft.pageValue && draft.awaited.length === 0 ? undefined : whole,
  };
}

/** It was handed on. */
export function withHandedOn(draft: Draft, value: string): Draft {
  return { ...draft, next: undefined, awaited: [...draft.awaited, value] };
}

/**
 * Takes over a new value of the page. Values that were handed on come back late, one after the
 * other, and leave later typing alone. Any other value, such as after Back, replaces the draft.
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
    /** Takes what was typed; `rests` says that nothing more is to come, such as from a calendar. */
    type: (nextText: string, whole: string | undefined, rests = false) => {
      const after = withTyped(draft, nextText, whole);
      setDraft(after);
      if (rests) handOn(after.next);
    },
    settle: () => handOn(next),
  };
}
