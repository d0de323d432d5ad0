import type { EmployeeDetail } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { Link2, Pencil, UserMinus, UserRoundX } from 'lucide-react';
import { useState } from 'react';
import { formatDay } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { DaysDialog } from './days-dialog.tsx';
import { LinkDialog } from './link-dialog.tsx';
import { LinkMark } from './link-mark.tsx';
import { PersonDialog } from './person-dialog.tsx';
import { RetireDialog } from './retire-dialog.tsx';
import { UnretireButton } from './unretire-button.tsx';

export function PersonHead({ person }: { person: EmployeeDetail }) {
  const mayWrite = useMayWrite();
  const [dialog, setDialog] = useState<'edit' | 'retire' | 'link' | 'off'>();
  const close = () => setDialog(undefined);
  const facts = [person.role, person.employeeNumber, person.email, person.phone].filter(Boolean);
  return (
    <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-72">
        <h1 className="text-lg font-semibold">{person.name}</h1>
        <p className="text-sm text-ink-2">
          {facts.join(' · ')}
          {person.adultBeverageTrained && ' · Adult beverage trained'}
        </p>
        {person.terminatedOn && (
          <p className="text-sm text-waiting">
            Last work day {formatDay(person.terminatedOn)}, {person.terminatedOn.slice(0, 4)}
          </p>
        )}
      </div>
      <div className="grid justify-items-start gap-1.5 text-sm">
        <LinkMark person={person} />
        {mayWrite && person.linkState !== 'linked' && (
          <Button onClick={() => setDialog('link')}>
            <Link2 aria-hidden className="size-4" />
            Choose the rep
          </Button>
        )}
      </div>
      {mayWrite && (
        <div className="flex items-center gap-1.5">
          <Button onClick={() => setDialog('edit')}>
            <Pencil aria-hidden className="size-4" />
            Edit
          </Button>
          {!person.terminatedOn && (
            <Button onClick={() => setDialog('off')}>
              <UserRoundX aria-hidden className="size-4" />
              Off today
            </Button>
          )}
          {person.terminatedOn ? (
            <UnretireButton person={person} />
          ) : (
            <Button onClick={() => setDialog('retire')}>
              <UserMinus aria-hidden className="size-4" />
              Retire
            </Button>
          )}
        </div>
      )}
      {dialog === 'edit' && <PersonDialog person={person} onClose={close} />}
      {dialog === 'retire' && <RetireDialog person={person} onClose={close} />}
      {dialog === 'off' && (
        <DaysDialog employeeId={person.id} name={person.name} startsOn={person.today} onClose={close} />
      )}
      {dialog === 'link' && <LinkDialog person={person} onClose={close} />}
    </header>
  );
}
