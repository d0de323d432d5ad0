import type { Invitation, NewLink, UserAccess } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { TextField } from '@scheduler/ui/field';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useFormatMoment } from '../lib/time.ts';
import { useStoreNames } from '../shell/use-store-names.ts';
import { CopyField } from '../ui/copy-field.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { RoleField, roleOf } from './role-field.tsx';
import { StoresField, storesOf } from './stores-field.tsx';

type UserRole = UserAccess['role'];

export function Invitations({ invitations }: { invitations: readonly Invitation[] }) {
  const formatMoment = useFormatMoment();
  const namesOf = useStoreNames();
  const utils = trpc.useUtils();
  const withdraw = trpc.users.withdrawInvitation.useMutation({
    onSuccess: () => toast('The invitation is withdrawn. Its link no longer works.'),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.users.invalidate(),
  });
  return (
    <section aria-labelledby="invitations" className="grid gap-2">
      <h2 id="invitations" className="font-semibold">
        Invited, not signed in yet
      </h2>
      <ul className="divide-y divide-line rounded-md border border-line bg-surface">
        {invitations.map((invitation) => (
          <li key={invitation.id} className="flex items-center gap-3 px-3 py-2 text-sm">
            <div className="min-w-0 flex-1">
              <p className="font-medium">
                {invitation.name}{' '}
                <span className="font-normal text-ink-2">
                  as {invitation.role} · {namesOf(invitation.storeIds)}
                </span>
              </p>
              <p className="text-xs text-ink-2">
                {invitation.email}, invited by {invitation.createdBy}; the link works until{' '}
                {formatMoment(invitation.expiresAt)}
              </p>
            </div>
            <IconButton
              label={`Withdraw the invitation of ${invitation.name}`}
              disabled={withdraw.isPending}
              onClick={() => withdraw.mutate({ invitationId: invitation.id })}
            >
              <Undo2 aria-hidden className="size-4" />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Shows a link in full, once. Anybody who has the link can use it. */
export function LinkToHandOver({ link, words }: { link: NewLink; words: string }) {
  const formatMoment = useFormatMoment();
  const address = `${window.location.origin}/join#${link.token}`;
  return (
    <div className="grid gap-3">
      <p className="text-sm">
        {words} It works once, until {formatMoment(link.expiresAt)}, and is shown only now. Send it yourself:
        anybody who has it can use it.
      </p>
      <CopyField label="One-time link" value={address} />
    </div>
  );
}

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const utils = trpc.useUtils();
  const [role, setRole] = useState<UserRole>('dispatcher');
  const invite = trpc.users.invite.useMutation({ onSuccess: () => utils.users.invalidate() });
  const problem = invite.error ? problemOf(invite.error) : undefined;
  const submit = (form: FormData) => {
    invite.mutate({
      name: String(form.get('name')).trim(),
      email: String(form.get('email')).trim(),
      role: roleOf(form.get('role')),
      storeIds: storesOf(form),
    });
  };
  if (invite.data) {
    const { name } = invite.variables;
    return (
      <Dialog
        shape="narrow"
        title={`${name} is invited`}
        onClose={onClose}
        footer={
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <LinkToHandOver
          link={invite.data}
          words={`With this link ${name} chooses a password and signs in.`}
        />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="Invite somebody"
      description="You get a link to send to the person. The scheduler sends no mail."
      action="Make the link"
      saving={invite}
      busyLabel="Making…"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="Name"
        name="name"
        required
        maxLength={120}
        autoComplete="off"
        problem={problem?.fields.name}
      />
      <TextField
        label="E-mail"
        name="email"
        type="email"
        required
        autoComplete="off"
        problem={problem?.fields.email}
      />
      <RoleField defaultValue="dispatcher" onChange={setRole} />
      <StoresField defaultValue={null} isAdmin={role === 'admin'} />
    </FormDialog>
  );
}
