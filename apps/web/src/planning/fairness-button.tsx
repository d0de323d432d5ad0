import { type ReactNode, Suspense, useEffect, useId, useRef, useState } from 'react';
import { lazyComponent } from '../lib/load.ts';

const FairnessCard = lazyComponent(() => import('./fairness-card.tsx'), 'FairnessCard');

/** A mouse that only passes by opens nothing. */
const HOVER_MS = 350;

/** Opens, on hover, focus or a click, how much work a person has beside the others. */
export function FairnessButton({
  children,
  className = '',
  ...about
}: {
  storeId: number;
  weekOf: string;
  employeeId: number;
  name: string;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const card = useRef<HTMLElement>(null);
  const timer = useRef<number>(undefined);
  const [isOpen, setIsOpen] = useState(false);
  const close = () => {
    clearTimeout(timer.current);
    setIsOpen(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const [panel, by] = [card.current, button.current];
    if (!isOpen || !panel || !by) return;
    const { left, bottom, top } = by.getBoundingClientRect();
    panel.showPopover();
    const place = () => {
      const { offsetHeight, offsetWidth } = panel;
      const below = bottom + 4 + offsetHeight < window.innerHeight;
      panel.style.top = `${below ? bottom + 4 : Math.max(4, top - 4 - offsetHeight)}px`;
      panel.style.left = `${Math.max(4, Math.min(left, window.innerWidth - offsetWidth - 4))}px`;
    };
    place();
    // It grows once its content is there.
    const sizes = new ResizeObserver(place);
    sizes.observe(panel);
    const leave = ({ key }: KeyboardEvent) => key === 'Escape' && setIsOpen(false);
    const scrolled = () => setIsOpen(false);
    document.addEventListener('keydown', leave, true);
    document.addEventListener('scroll', scrolled, true);
    return () => {
      sizes.disconnect();
      document.removeEventListener('keydown', leave, true);
      document.removeEventListener('scroll', scrolled, true);
    };
  }, [isOpen]);
  return (
    <>
      <button
        ref={button}
        type="button"
        data-stop
        tabIndex={-1}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setIsOpen(true)}
        onPointerEnter={({ pointerType }) => {
          if (pointerType === 'mouse') timer.current = window.setTimeout(() => setIsOpen(true), HOVER_MS);
        }}
        onPointerLeave={({ pointerType }) => pointerType === 'mouse' && close()}
        onFocus={({ target }) => target.matches(':focus-visible') && setIsOpen(true)}
        onBlur={close}
        className={`rounded-sm hover:underline focus-visible:outline-offset-0 ${className}`}
      >
        {children}
      </button>
      {isOpen && (
        <section
          ref={card}
          id={id}
          popover="manual"
          aria-label={`How much work ${about.name} has`}
          className="inset-auto m-0 max-w-[calc(100vw-0.5rem)] min-w-64 rounded-md border border-line bg-surface p-2.5 text-sm text-ink shadow-float"
        >
          <Suspense>
            <FairnessCard {...about} />
          </Suspense>
        </section>
      )}
    </>
  );
}
