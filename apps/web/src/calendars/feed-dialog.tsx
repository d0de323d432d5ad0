import { Button, buttonClass } from '@scheduler/ui/button';
import { CalendarPlus } from 'lucide-react';
import { Suspense } from 'react';
import { lazyComponent } from '../lib/load.ts';
import { CopyField } from '../ui/copy-field.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';
import type { FeedCalls } from './feed-section.tsx';

const QrCode = lazyComponent(() => import('./qr-code.tsx'), 'QrCode');

/** Makes an address, in place of another one if there is one, and shows it once. */
export function MakeFeedDialog({
  whose,
  calls: { make },
  replaces,
  onClose,
}: {
  whose: string;
  calls: FeedCalls;
  replaces: boolean;
  onClose: () => void;
}) {
  if (make.data) return <FeedAddress whose={whose} token={make.data.token} onClose={onClose} />;
  return (
    <FormDialog
      title={replaces ? `Replace the calendar address of ${whose}?` : `Make a calendar address for ${whose}?`}
      description={
        replaces
          ? 'The old address ends at once: calendars that follow it stop, and have to be given the new one.'
          : 'Phones and computers subscribe to it, and show the schedule as it is now.'
      }
      action={replaces ? 'Replace' : 'Make the address'}
      saving={make}
      busyLabel="Making…"
      onSubmit={() => make.start()}
      onClose={onClose}
    >
      <p className="text-sm text-ink-2">
        Whoever has the address reads the calendar, without signing in. You see it once, on the next page.
      </p>
    </FormDialog>
  );
}

/** An address in full, once. */
function FeedAddress({ whose, token, onClose }: { whose: string; token: string; onClose: () => void }) {
  const { origin, host } = window.location;
  const path = `/api/feeds/${token}.ics`;
  const webcal = `webcal://${host}${path}`;
  return (
    <Dialog
      shape="narrow"
      title={`The calendar address of ${whose}`}
      description="It is shown only now: hand it over yourself. Whoever has it reads the calendar."
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="grid gap-4">
        <figure className="grid justify-items-center gap-2">
          <Suspense fallback={<div className="size-52 rounded-md border border-line" />}>
            <QrCode text={webcal} label={`QR code of the calendar address of ${whose}`} />
          </Suspense>
          <figcaption className="text-center text-sm text-ink-2">
            Scan it with the camera of an iPhone or iPad to subscribe there.
          </figcaption>
        </figure>
        <CopyField
          label="Address"
          value={`${origin}${path}`}
          hint="Google Calendar on a computer: Other calendars, From URL. Outlook: Add calendar, Subscribe from web."
        />
        <a href={webcal} className={`${buttonClass('plain')} justify-self-start`}>
          <CalendarPlus aria-hidden className="size-4" />
          Subscribe on this device
        </a>
      </div>
    </Dialog>
  );
}

/** Ends an address. */
export function RevokeFeedDialog({
  whose,
  calls: { revoke },
  onClose,
}: {
  whose: string;
  calls: FeedCalls;
  onClose: () => void;
}) {
  return (
    <FormDialog
      title={`End the calendar address of ${whose}?`}
      description="Calendars that follow it stop. What they showed last may stay in them until it is removed there."
      action="End it"
      look="danger"
      saving={revoke}
      busyLabel="Ending…"
      onSubmit={() =>
        revoke.start({
          onSuccess: () => {
            toast(`The calendar address of ${whose} has ended.`);
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      <p className="text-sm text-ink-2">It can’t be brought back. Another address can be made at any time.</p>
    </FormDialog>
  );
}
