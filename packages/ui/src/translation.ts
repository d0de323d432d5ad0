/**
 * Lets React work in a page that the browser translates.
 *
 * A translator replaces React's text nodes by `<font>` elements with the translated text. React
 * does not know that. It removes a text node from a place where it no longer is, which throws and
 * ends the page, or it changes a text node that is no longer visible. Therefore the original text
 * node is put back before React changes it or its neighbors. The translator then sees a new text
 * node and translates it again.
 */

/** The texts that each translation replaces, in order, and the translation of each text. */
const textsOf = new WeakMap<Element, Text[]>();
const translationOf = new WeakMap<Node, Element>();
/** The nodes that the page itself removed. */
const takenOut = new WeakSet<Node>();

/** Starts the repair. Call this once, before React renders anything. */
export function tolerateTranslation(): void {
  // The translator's script may use other prototypes, so its changes can only be observed.
  new MutationObserver((records) => {
    for (const record of records) noteTranslations(record);
  }).observe(document, { childList: true, subtree: true });

  const { appendChild, insertBefore, removeChild } = Node.prototype;
  Node.prototype.appendChild = function <T extends Node>(this: Node, node: T): T {
    putBack(node);
    takenOut.delete(node);
    return appendChild.call(this, node) as T;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, node: T, before: Node | null): T {
    putBack(node);
    takenOut.delete(node);
    if (before) putBack(before);
    return insertBefore.call(this, node, before && childWith(this, before)) as T;
  };
  Node.prototype.removeChild = function <T extends Node>(this: Node, node: T): T {
    putBack(node);
    takenOut.add(node);
    // The text is not in the document any more, so there is nothing to remove.
    const child = childWith(this, node);
    if (child) removeChild.call(this, child);
    return node;
  };
  const nodeValue = Object.getOwnPropertyDescriptor(Node.prototype, 'nodeValue');
  if (!nodeValue) return;
  Object.defineProperty(Node.prototype, 'nodeValue', {
    ...nodeValue,
    set(this: Node, value: string | null) {
      putBack(this);
      nodeValue.set?.call(this, value);
    },
  });
}

/**
 * The child of `parent` in which a node is: the node itself, unless a translator has wrapped it.
 */
function childWith(parent: Node, node: Node): Node | null {
  let child: Node | null = node;
  while (child && child.parentNode !== parent) child = child.parentNode;
  return child;
}

/**
 * Records which text a translation replaced. The translator adds its element together with the
 * removal of the text, or before it.
 */
function noteTranslations({ removedNodes, addedNodes, previousSibling, nextSibling }: MutationRecord): void {
  for (const text of removedNodes) {
    if (!(text instanceof Text) || text.isConnected || takenOut.has(text)) continue;
    const translation = [...addedNodes, previousSibling, nextSibling].find(
      (node): node is Element => node instanceof Element && node.localName === 'font',
    );
    if (!translation) continue;
    translationOf.set(text, translation);
    textsOf.set(translation, [...(textsOf.get(translation) ?? []), text]);
  }
}

/**
 * Puts a text back in place of its translation, together with the other texts of that translation.
 */
function putBack(node: Node): void {
  const translation = translationOf.get(node);
  const texts = translation && textsOf.get(translation);
  if (!texts) return;
  textsOf.delete(translation);
  for (const text of texts) translationOf.delete(text);
  translation.replaceWith(...texts);
}
