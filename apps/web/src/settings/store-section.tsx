import { Button } from '@scheduler/ui/button';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { SECTION, type SectionProps } from './section.ts';
import { StoreDialog } from './store-dialog.tsx';

export function StoreSection({ settings, isAdmin }: SectionProps) {
  const { store } = settings;
  const [isEditing, setIsEditing] = useState(false);
  const facts = [
    ['Name', store.name],
    ['Number', store.number],
    ['Time zone', store.timeZone],
    ['Crossmark’s id', store.crossmarkStoreId],
  ];
  return (
    <section aria-labelledby="store" className={SECTION}>
      <div className="flex items-center gap-2">
        <h2 id="store" className="font-semibold">
          Store
        </h2>
        {isAdmin && (
          <Button className="ml-auto" onClick={() => setIsEditing(true)}>
            <Pencil aria-hidden className="size-4" />
            Edit store
          </Button>
        )}
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        {facts.map(([term, fact]) => (
          <div key={term} className="contents">
            <dt className="text-ink-2">{term}</dt>
            <dd className="min-w-0">{fact}</dd>
          </div>
        ))}
      </dl>
      {isEditing && <StoreDialog settings={settings} onClose={() => setIsEditing(false)} />}
    </section>
  );
}
