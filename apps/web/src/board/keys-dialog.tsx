import { Dialog } from '../ui/dialog.tsx';
import { KEYS } from './key-list.ts';

/** The keys of the board. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog shape="narrow" title="Keys of the board" onClose={onClose}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-4 gap-y-2 text-sm">
        {KEYS.map(({ keys, what }) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="rounded border border-line-strong bg-surface-2 px-1.5 py-0.5 font-sans text-xs whitespace-nowrap">
                {keys}
              </kbd>
            </dt>
            <dd className="first-letter:uppercase">{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
