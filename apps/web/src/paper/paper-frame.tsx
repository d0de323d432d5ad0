import { Button } from '@scheduler/ui/button';
import { Printer } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import './paper.css';

/** The page around sheets: its tools above, and the sheets as they are printed, no wider than the screen. */
export function PaperFrame({
  tools,
  mayPrint,
  children,
}: {
  /** The way back, and what is printed. */
  tools: ReactNode;
  mayPrint: boolean;
  children: ReactNode;
}) {
  const desk = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = desk.current;
    if (!element) return;
    const watch = new ResizeObserver(() => {
      element.style.setProperty('--desk-width', String(element.clientWidth));
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return (
    <div className="flex min-h-0 flex-1 flex-col print:block">
      <div className="flex flex-wrap items-center gap-2 border-b border-line bg-surface px-3 py-2 print:hidden">
        {tools}
        <Button look="primary" className="ml-auto" disabled={!mayPrint} onClick={() => window.print()}>
          <Printer aria-hidden className="size-4" />
          Print
        </Button>
      </div>
      <section
        ref={desk}
        aria-label="Sheets"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: sheets are scrolled by keyboard
        tabIndex={0}
        className="desk"
      >
        {children}
      </section>
    </div>
  );
}
