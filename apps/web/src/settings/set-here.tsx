export const SetHere = () => <span className="text-xs text-ink-2"> (set here)</span>;
