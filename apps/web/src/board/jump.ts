/**
 * Brings the next of some events into sight and gives its card or line the focus: the one after
 * that which has it. `show` is asked first where none of them is on screen.
 */
export function jumpTo(eventIds: readonly number[], show: () => void): void {
  const places = eventIds.flatMap((eventId) => placeOf(eventId) ?? []);
  if (places.length === 0) {
    show();
    markOnceDrawn(eventIds, MOST_FRAMES);
    return;
  }
  const at = places.findIndex((place) => place.hasAttribute('data-jumped'));
  mark(places[(at + 1) % places.length]);
}

/** How long a row may take to be drawn: the rows of a screen come one after another. */
const MOST_FRAMES = 60;

function markOnceDrawn(eventIds: readonly number[], frames: number): void {
  requestAnimationFrame(() => {
    const place = eventIds.map(placeOf).find(Boolean);
    if (place || frames === 0) mark(place);
    else markOnceDrawn(eventIds, frames - 1);
  });
}

const placeOf = (eventId: number): HTMLElement | undefined =>
  [
    ...document.querySelectorAll<HTMLElement>(
      `[data-board] [data-event-id="${eventId}"], [data-testid="tray-event-${eventId}"]`,
    ),
  ].find((element) => element.checkVisibility());

/** A click leaves no ring of the focus: the mark is one, for as long as the focus stays. */
function mark(place: HTMLElement | undefined): void {
  for (const old of document.querySelectorAll('[data-jumped]')) old.removeAttribute('data-jumped');
  if (!place) return;
  place.setAttribute('data-jumped', '');
  place.addEventListener('blur', () => setTimeout(() => unmarkUnlessPressed(place)), { once: true });
  place.focus();
  place.scrollIntoView({ block: 'center', inline: 'nearest' });
}

/** Stays while the strip is pressed once more, which asks for the one after it. */
function unmarkUnlessPressed(place: HTMLElement): void {
  if (!document.activeElement?.closest('nav')) place.removeAttribute('data-jumped');
}
