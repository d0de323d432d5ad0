/** After this time without a key, a click or a touch, the page counts as unattended. */
const UNATTENDED_AFTER_MS = 5 * 60_000;

let lastInputMs = performance.now();
for (const kind of ['keydown', 'pointerdown', 'pointermove'] as const) {
  const note = () => {
    lastInputMs = performance.now();
  };
  window.addEventListener(kind, note, { passive: true, capture: true });
}

/**
 * Returns headers that mark a request of an unattended page, because an open page alone must not
 * keep a session alive.
 */
export function attendanceHeaders(): Record<string, string> {
  return performance.now() - lastInputMs > UNATTENDED_AFTER_MS ? { 'x-scheduler-unattended': '1' } : {};
}
