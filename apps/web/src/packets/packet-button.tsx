import { Button } from '@scheduler/ui/button';
import { Files } from 'lucide-react';
import { Suspense, useState } from 'react';
import { lazyComponent } from '../lib/load.ts';
import type { PacketSubject } from './packet-dialog.tsx';

const PacketDialog = lazyComponent(() => import('./packet-dialog.tsx'), 'PacketDialog');

/** A button that makes the packet of an event or a day. */
export function PacketButton({
  subject,
  label,
  className = '',
  labelClass = '',
}: {
  subject: PacketSubject;
  label: string;
  className?: string;
  labelClass?: string;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setIsOpen(true)} className={className}>
        <Files aria-hidden className="size-4" />
        <span className={labelClass}>{label}</span>
      </Button>
      <Suspense>{isOpen && <PacketDialog subject={subject} onClose={() => setIsOpen(false)} />}</Suspense>
    </>
  );
}
