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
 * A mouse drags when it has moved so far, a finger when it has rested so long: before that it
 * clicks, or scrolls.
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
    // Its plugins for cursor and selection restyle the whole page at the start and the end of each
    // drag.
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

  // Known to dnd-kit when it is pressed, not before: a board has hundreds.
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
  // No page is told of a release in another window, so a drag ends when the window loses the focus.
  const putBack = () => document.dispatchEvent(new PointerEvent('pointercancel'));
  window.addEventListener('blur', putBack);

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
    for (const stop of stops) stop();
    pressed?.draggable.destroy();
    manager.destroy();
    chip?.remove();
    cancelDrag();
  };
}

/** What lies under the pointer: a cell, perhaps with a card in it, or the tray. */
function under(x: number, y: number, board: WeekBoard): Parameters<typeof setDropTarget>[0] {
  const element = document.elementFromPoint(x, y);
  if (element?.closest('[data-tray]')) return { key: TRAY };
  const key = element?.closest<HTMLElement>('[data-cell]')?.dataset.cell;
  if (key === undefined) return undefined;
  const card = element?.closest<HTMLElement>('[data-card]')?.dataset.card;
  return { key, over: board.schedules.find((schedule) => schedule.scheduleId === Number(card)) };
}

/** What follows the pointer. */
function chipFor(held: Held): HTMLElement {
  const chip = document.createElement('div');
  chip.setAttribute('aria-hidden', 'true');
  chip.className =
    'pointer-events-none fixed top-0 left-0 z-60 max-w-56 truncate rounded-md border border-accent bg-surface px-2 py-1 text-[13px] font-medium shadow-float';
  chip.textContent = titleOf(eventOf(held));
  return chip;
}

/** The release that ends a drag is no click on what was dragged. */
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
