import {
  AutoScroller,
  DragDropManager,
  Draggable,
  PointerActivationConstraints,
  PointerSensor,
} from '@dnd-kit/dom';
import type { WeekBoard } from '@scheduler/server/router';
import { titleOf } from '../lib/words.ts';
import { cancelDrag, currentDrag, type Drag, setDropTarget, startDrag, TRAY } from './drag-state.ts';
import { findHeld } from './keys.ts';
import { eventOf, type Held } from './targets.ts';

/**
 * A mouse starts a drag after moving this far, a finger after resting this long. Before that it
 * clicks or scrolls.
 */
const MOUSE_PX = 5;
const FINGER_MS = 250;

/**
 * Starts dragging of every element with `data-held` onto cells, cards and the tray. dnd-kit tells
 * presses, drags and scrolling apart and scrolls at the edges. The element under the pointer comes
 * from the document, so that hundreds of cells need not be measured. Returns how to stop.
 */
export function startDragging(options: {
  board: () => WeekBoard | undefined;
  drop: (hand: Drag) => void;
}): () => void {
  const manager = new DragDropManager({
    // dnd-kit's plugins for cursor and selection would restyle the whole page at the start and the
    // end of each drag.
    plugins: [AutoScroller],
    sensors: [
      PointerSensor.configure({
        activationConstraints: (event) =>
          event.pointerType === 'mouse'
            ? [new PointerActivationConstraints.Distance({ value: MOUSE_PX })]
            : [new PointerActivationConstraints.Delay({ value: FINGER_MS, tolerance: 8 })],
        preventActivation: () => false,
      }),
    ],
  });
  let pressed: { draggable: Draggable; held: Held } | undefined;
  let chip: HTMLElement | undefined;

  // A card is registered with dnd-kit only when it is pressed, because a board has hundreds.
  const press = (event: PointerEvent) => {
    if (!manager.dragOperation.status.idle) return;
    pressed?.draggable.destroy();
    pressed = undefined;
    const element = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-held]') : null;
    const board = options.board();
    const held = element && board && findHeld(element.dataset.held, board);
    if (held)
      pressed = { held, draggable: new Draggable({ id: element.dataset.held ?? '', element }, manager) };
  };
  document.addEventListener('pointerdown', press, { capture: true });
  // The page gets no event for a release in another window, so a drag ends when the window loses
  // the focus.
  const putBack = () => document.dispatchEvent(new PointerEvent('pointercancel'));
  window.addEventListener('blur', putBack);

  // A card that was picked up by a click follows the pointer and is dropped by the next click.
  const followPointer = ({ clientX, clientY }: MouseEvent) => {
    const board = options.board();
    if (currentDrag()?.by === 'click' && board) setDropTarget(under(clientX, clientY, board));
  };
  const putDown = (click: MouseEvent) => {
    const hand = currentDrag();
    const at = click.target instanceof Element ? click.target : null;
    if (hand?.by !== 'click' || !at || at.closest('[data-tray], [data-hand]')) return;
    if (!at.closest('[data-cell]')) {
      cancelDrag();
      return;
    }
    click.preventDefault();
    click.stopPropagation();
    followPointer(click);
    const aimed = currentDrag();
    if (aimed) options.drop(aimed);
  };
  document.addEventListener('pointermove', followPointer);
  document.addEventListener('click', putDown, { capture: true });

  const stops = [
    manager.monitor.addEventListener('dragstart', () => {
      const board = options.board();
      if (!pressed || !board) return;
      startDrag(pressed.held, 'pointer', board);
      chip = chipFor(pressed.held);
      document.body.append(chip);
      swallowClick();
    }),
    manager.monitor.addEventListener('dragmove', ({ to, operation }) => {
      const { x, y } = to ?? operation.position.current;
      if (chip) chip.style.transform = `translate(${x + 12}px, ${y + 12}px)`;
      const board = options.board();
      if (board) setDropTarget(under(x, y, board));
    }),
    manager.monitor.addEventListener('dragend', ({ canceled }) => {
      chip?.remove();
      chip = undefined;
      const hand = currentDrag();
      if (hand && !canceled) options.drop(hand);
      cancelDrag();
    }),
  ];
  return () => {
    document.removeEventListener('pointerdown', press, { capture: true });
    window.removeEventListener('blur', putBack);
    document.removeEventListener('pointermove', followPointer);
    document.removeEventListener('click', putDown, { capture: true });
    for (const stop of stops) stop();
    pressed?.draggable.destroy();
    manager.destroy();
    chip?.remove();
    cancelDrag();
  };
}

/** Returns the drop target under the pointer: a cell, perhaps with a card, or the tray. */
function under(x: number, y: number, board: WeekBoard): Parameters<typeof setDropTarget>[0] {
  const elements = document.elementsFromPoint(x, y);
  if (elements[0]?.closest('[data-tray]')) return { key: TRAY };
  const cell = elements[0]?.closest<HTMLElement>('[data-cell]');
  const key = cell?.dataset.cell;
  if (key === undefined) return undefined;
  // The button of a cell is above its cards.
  const card = elements
    .map((element) => element.closest<HTMLElement>('[data-card]'))
    .find((each) => each && cell?.contains(each))?.dataset.card;
  return { key, over: board.schedules.find((schedule) => schedule.scheduleId === Number(card)) };
}

/** Creates the element that follows the pointer. */
function chipFor(held: Held): HTMLElement {
  const chip = document.createElement('div');
  chip.setAttribute('aria-hidden', 'true');
  chip.className =
    'pointer-events-none fixed top-0 left-0 z-60 max-w-56 truncate rounded-md border border-accent bg-surface px-2 py-1 text-sm font-medium shadow-float';
  chip.textContent = titleOf(eventOf(held));
  return chip;
}

/** Ignores the click of the release that ends a drag. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  window.addEventListener('click', swallow, { capture: true, once: true });
  window.addEventListener(
    'pointerup',
    () => setTimeout(() => window.removeEventListener('click', swallow, { capture: true })),
    { capture: true, once: true },
  );
}
