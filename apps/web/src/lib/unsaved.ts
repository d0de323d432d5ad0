/** What was filled in on this page; fields that are gone are no longer in it. */
const editedFields = new Set<Element>();

/**
 * Fields of which nothing is lost with the page: what they hold stands in the address, or narrows a
 * list down.
 */
const NOT_LOST = 'search, [aria-label="Narrow down"], [type=search]';

document.addEventListener(
  'input',
  ({ target }) => {
    if (target instanceof Element) editedFields.add(target);
  },
  { capture: true },
);

/**
 * Whether the page has something filled in, or a dialog with something to fill in, that would be
 * lost with it.
 */
export function hasUnsaved(): boolean {
  for (const field of editedFields) {
    if (!field.isConnected) editedFields.delete(field);
    else if (!field.closest(NOT_LOST) && field.closest('form, [role=dialog], main')) return true;
  }
  return document.querySelector('[role=dialog] form') !== null;
}
