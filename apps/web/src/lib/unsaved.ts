/** The fields of this page that were edited. Removed fields are no longer in it. */
const editedFields = new Set<Element>();

/** Fields whose values may be lost, because they are in the address or only filter a list. */
const NOT_LOST = 'search, [aria-label="Narrow down"], [type=search]';

document.addEventListener(
  'input',
  ({ target }) => {
    if (target instanceof Element) editedFields.add(target);
  },
  { capture: true },
);

/** Whether a reload of the page would lose an edited field, or an open dialog with fields. */
export function hasUnsaved(): boolean {
  for (const field of editedFields) {
    if (!field.isConnected) editedFields.delete(field);
    else if (!field.closest(NOT_LOST) && field.closest('form, [role=dialog], main')) return true;
  }
  return document.querySelector('[role=dialog] form') !== null;
}
