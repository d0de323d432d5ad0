/** A name that is truncated to the available width, with the whole name on hover. */
export function TruncatedText({
  text,
  lines = 1,
  className = '',
}: {
  text: string;
  lines?: 1 | 2 | 3;
  className?: string;
}) {
  return (
    <span title={text} className={`min-w-0 ${CUTS[lines]} ${className}`}>
      {text}
    </span>
  );
}

const CUTS = { 1: 'block truncate', 2: 'line-clamp-2', 3: 'line-clamp-3' };
