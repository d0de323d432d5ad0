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
  // The subject when the button was pressed: the page may go on to another day meanwhile.
  const [opened, setOpened] = useState<PacketSubject>();
  return (
    <>
      <Button onClick={() => setOpened(subject)} className={className}>
        <Files aria-hidden className="size-4" />
        <span className={labelClass}>{label}</span>
      </Button>
      <Suspense>{opened && <PacketDialog subject={opened} onClose={() => setOpened(undefined)} />}</Suspense>
    </>
  );
}
