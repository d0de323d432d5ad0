import { type ReactNode, useRef } from 'react';
import { type TextSizes, useFitSheet } from './fit-sheet.ts';
import './paper.css';

/** A printed page: black on white in either theme, with text as large as fits. */
export function Sheet({
  shape,
  sizes,
  label,
  children,
}: {
  shape: 'upright' | 'wide';
  sizes: readonly TextSizes[];
  /** What it is about, for screen readers. */
  label: string;
  children: ReactNode;
}) {
  const sheet = useRef<HTMLElement>(null);
  useFitSheet(sheet, sizes);
  return (
    <article ref={sheet} aria-label={label} className={`sheet sheet-${shape}`}>
      <div>{children}</div>
    </article>
  );
}
