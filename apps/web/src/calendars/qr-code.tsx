import encodeQR from 'qr';
import { useMemo } from 'react';

/** Modules of white around a code, without which cameras don't find it. */
const QUIET_ZONE = 4;

/** A text as a QR code, black on white in either theme, because not every camera reads the reverse. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => pathOf(text), [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="size-52 rounded-md border border-line"
    >
      <rect width={size} height={size} fill="white" />
      <path d={path} fill="black" />
    </svg>
  );
}

/** The dark modules as one path, a line of them at a time. */
function pathOf(text: string): { path: string; size: number } {
  const rows = encodeQR(text, 'raw', { border: QUIET_ZONE });
  const path = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { path: path.join(''), size: rows.length };
}
