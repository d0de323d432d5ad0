/** The least width of an hour, and the width of the words beside a short bar. */
export const HOUR_REM = 4;
const WORDS_REM = 9;

/** The minutes that the words of a bar take where hours are narrowest; elsewhere they have more room. */
export const WORD_MINUTES = (WORDS_REM / HOUR_REM) * 60;

/** The part of a lane that something takes, in minutes after the beginning of the axis. */
export interface Span {
  from: number;
  to: number;
}

/** The place of a bar in its lane. */
export interface BarPlace extends Span {
  /** The line of the lane, 0 at its top. Bars that would cover each other are on different lines. */
  line: number;
  /** Whether the words stand within the bar, or beside it because the bar is too short for them. */
  words: 'within' | 'after' | 'before';
}

/**
 * Places the bars of one lane: each on the first line on which neither the bar nor its words cover
 * another one. The words of a short bar stand after it, or before it at the end of the axis.
 * @param spans in the order of their starts
 * @param axisMinutes the length of the axis
 * @param wordMinutes the room that the words of a bar take
 */
export function placeBars(spans: readonly Span[], axisMinutes: number, wordMinutes: number): BarPlace[] {
  const lines: Span[][] = [];
  return spans.map((span) => {
    const words = placeOfWords(span, axisMinutes, wordMinutes);
    const taken = takenBy(span, words, wordMinutes);
    const free = lines.findIndex((others) =>
      others.every((other) => other.to <= taken.from || taken.to <= other.from),
    );
    const line = free < 0 ? lines.length : free;
    lines[line] = [...(lines[line] ?? []), taken];
    return { ...span, line, words };
  });
}

function placeOfWords({ from, to }: Span, axisMinutes: number, wordMinutes: number): BarPlace['words'] {
  if (to - from >= wordMinutes) return 'within';
  return from + wordMinutes <= axisMinutes || to < wordMinutes ? 'after' : 'before';
}

/** What a bar takes together with its words. */
function takenBy({ from, to }: Span, words: BarPlace['words'], wordMinutes: number): Span {
  if (words === 'before') return { from: Math.min(from, to - wordMinutes), to };
  return { from, to: Math.max(to, from + wordMinutes) };
}
