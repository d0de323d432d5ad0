/**
 * Lets React work in a page that the browser translates.
 *
 * A translator takes React's text nodes out of the document and puts `<font>` elements with other
 * words in their place. React knows nothing of that: it removes a text where it no longer is, which
 * throws and ends the page, or it writes into a text that nobody sees any more. So a text returns
 * to its place, in place of its translation, before React touches it or what stands around it. The
 * translator sees a new text there, and translates it as it did the first.
 */

/**
 * Which texts a translation stands for, in their order, and which translation stands for a text.
 */
const textsOf = new WeakMap<Element, Text[]>();
const translationOf = new WeakMap<Node, Element>();
/** What the page itself took out. */
const takenOut = new WeakSet<Node>();

/** To be called once, before React renders anything. */
export function tolerateTranslation(): void {
  // The translator's script may have prototypes of its own, so what it does can only be observed.
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
    // A text that is in no place can't be taken out of one: what was asked for is the case already.
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
 * Remembers what a translation took the place of. Its element comes at once, or before the text
 * goes.
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
 * Puts a text in the place of its translation, with the others that the same translation stands
 * for.
 */
function putBack(node: Node): void {
  const translation = translationOf.get(node);
  const texts = translation && textsOf.get(translation);
  if (!texts) return;
  textsOf.delete(translation);
  for (const text of texts) translationOf.delete(text);
  translation.replaceWith(...texts);
}
