/** Without a key, a click or a touch for so long, nobody is taken to be at the page. */
const UNATTENDED_AFTER_MS = 5 * 60_000;

let lastInputMs = performance.now();
for (const kind of ['keydown', 'pointerdown', 'pointermove'] as const) {
  const note = () => {
    lastInputMs = performance.now();
  };
  window.addEventListener(kind, note, { passive: true, capture: true });
}

/**
 * Headers that mark a request which the page makes by itself: an open page alone must not keep a
 * session alive.
 */
export function attendanceHeaders(): Record<string, string> {
  return performance.now() - lastInputMs > UNATTENDED_AFTER_MS ? { 'x-scheduler-unattended': '1' } : {};
}
