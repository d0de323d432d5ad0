import type { Invitation, NewLink } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useFormatMoment } from '../lib/time.ts';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { RoleField, roleOf } from './role-field.tsx';

export function Invitations({ invitations }: { invitations: readonly Invitation[] }) {
  const formatMoment = useFormatMoment();
  const utils = trpc.useUtils();
  const withdraw = trpc.users.withdrawInvitation.useMutation({
    onSuccess: () => toast('The invitation is taken back: its link opens nothing any more.'),
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.users.invalidate(),
  });
  return (
    <section aria-labelledby="invitations" className="grid gap-2">
      <h2 id="invitations" className="font-semibold">
        Invited, not here yet
      </h2>
      <ul className="divide-y divide-line rounded-md border border-line bg-surface">
        {invitations.map((invitation) => (
          <li key={invitation.id} className="flex items-center gap-3 px-3 py-2 text-sm">
            <div className="min-w-0 flex-1">
              <p className="font-medium">
                {invitation.name} <span className="font-normal text-ink-2">as {invitation.role}</span>
              </p>
              <p className="text-xs text-ink-2">
                {invitation.email}, invited by {invitation.createdBy}; the link works until{' '}
                {formatMoment(invitation.expiresAt)}
              </p>
            </div>
            <IconButton
              label={`Take the invitation of ${invitation.name} back`}
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

/** A link in full, once: whoever has it is let in. */
export function LinkToHandOver({ link, words }: { link: NewLink; words: string }) {
  const formatMoment = useFormatMoment();
  const address = `${window.location.origin}/join#${link.token}`;
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(address);
    setCopied(true);
  };
  return (
    <div className="grid gap-3">
      <p className="text-sm">
        {words} It works once, until {formatMoment(link.expiresAt)}, and is shown only now: hand it over
        yourself, whoever has it is let in.
      </p>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <TextField
            label="One-time link"
            readOnly
            value={address}
            onFocus={(focus) => focus.target.select()}
          />
        </div>
        <Button className="h-9" onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
    </div>
  );
}

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const utils = trpc.useUtils();
  const invite = trpc.users.invite.useMutation({ onSuccess: () => utils.users.invalidate() });
  const problem = invite.error ? problemOf(invite.error) : undefined;
  const submit = (form: FormData) => {
    invite.mutate({
      name: String(form.get('name')).trim(),
      email: String(form.get('email')).trim(),
      role: roleOf(form.get('role')),
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
        <LinkToHandOver link={invite.data} words={`By this link ${name} chooses a password and is in.`} />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="Invite somebody"
      description="You get a link to hand over; no mail is sent."
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
      <RoleField defaultValue="dispatcher" />
    </FormDialog>
  );
}
