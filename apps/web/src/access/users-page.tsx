import type { Invitation, NewLink, UserAccess } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { Ban, CircleCheck, Plus, Settings2, Undo2 } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useFormatMoment } from '../lib/time.ts';
import { useSession } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { Dialog } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Empty, QueryView, Refusal, Skeleton, SkeletonRows } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { SessionList } from './session-list.tsx';

const ROLES = {
  viewer: 'Viewer: sees everything, changes nothing',
  dispatcher: 'Dispatcher: plans',
  admin: 'Admin: also gives access and runs the queues',
} as const;
type Role = keyof typeof ROLES;
const roleOf = (value: unknown): Role => (value === 'admin' || value === 'dispatcher' ? value : 'viewer');

/** Who may sign in and as what: for admins. */
export function UsersPage() {
  useTitle('Users');
  const { role } = useSession();
  const isAdmin = role === 'admin';
  const [asked, setAsked] = useState<'invite' | string>();
  const query = trpc.users.list.useQuery(undefined, { enabled: isAdmin });
  const users = query.data?.users ?? [];
  const managed = users.find((user) => user.id === asked);
  if (!isAdmin) {
    return <Empty title="Only an admin gives access.">Ask one of them if somebody needs to come in.</Empty>;
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-5xl gap-4 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-lg font-semibold">Users</h1>
          <span role="status" className="text-sm text-ink-2">
            {query.data && `${users.filter((user) => !user.disabledAt).length} may sign in`}
          </span>
          <Button look="primary" className="ml-auto" onClick={() => setAsked('invite')}>
            <Plus aria-hidden className="size-4" />
            Invite
          </Button>
        </div>
        <QueryView
          what="the users"
          queries={[query]}
          data={query.data}
          skeleton={<SkeletonRows count={4} height="h-14" />}
        >
          {({ users, invitations }) => (
            <>
              <UserTable users={users} onManage={setAsked} />
              {invitations.length > 0 && <Invitations invitations={invitations} />}
            </>
          )}
        </QueryView>
      </div>
      {asked === 'invite' && <InviteDialog onClose={() => setAsked(undefined)} />}
      {managed && <UserDialog user={managed} onClose={() => setAsked(undefined)} />}
    </div>
  );
}

const CELL = 'px-3 md:table-cell md:py-2';

function UserTable({ users, onManage }: { users: readonly UserAccess[]; onManage: (id: string) => void }) {
  const formatMoment = useFormatMoment();
  const { email } = useSession();
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full text-sm">
        <thead className="hidden bg-surface-2 text-left text-xs text-ink-2 md:table-header-group">
          <tr>
            {['Name', 'Role', 'Access', 'Last used'].map((head) => (
              <th key={head} scope="col" className="px-3 py-2 font-medium">
                {head}
              </th>
            ))}
            <th scope="col" className="px-3 py-2">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {users.map((user) => (
            // Below md each row becomes a small card: the same cells, one under the other.
            <tr key={user.id} className="grid grid-cols-[minmax(0,1fr)_auto] py-2 md:table-row">
              <th scope="row" className={`${CELL} min-w-0 text-left font-medium wrap-anywhere md:min-w-40`}>
                {user.name}
                {user.email === email && <span className="font-normal text-ink-2"> (you)</span>}
                <span className="block text-xs font-normal text-ink-2">{user.email}</span>
              </th>
              <td className={`${CELL} col-start-1 text-ink-2 capitalize md:text-ink`}>{user.role}</td>
              <td className={`${CELL} col-start-1`}>
                {user.disabledAt ? (
                  <span className="inline-flex items-center gap-1 text-xs font-medium text-failed">
                    <Ban aria-hidden className="size-3.5" />
                    Disabled
                  </span>
                ) : (
                  <span className="inline-flex items-center gap-1 text-xs font-medium text-synced">
                    <CircleCheck aria-hidden className="size-3.5" />
                    May sign in
                  </span>
                )}
              </td>
              <td className={`${CELL} col-start-1 text-xs text-ink-2`}>
                {user.lastSeenAt
                  ? `${formatMoment(user.lastSeenAt)}, ${user.sessions} ${user.sessions === 1 ? 'session' : 'sessions'}`
                  : 'Not signed in'}
              </td>
              <td className={`${CELL} col-start-2 row-start-1 text-right`}>
                <IconButton label={`Manage ${user.name}`} onClick={() => onManage(user.id)}>
                  <Settings2 aria-hidden className="size-4" />
                </IconButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Invitations({ invitations }: { invitations: readonly Invitation[] }) {
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
function LinkToHandOver({ link, words }: { link: NewLink; words: string }) {
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

function InviteDialog({ onClose }: { onClose: () => void }) {
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

function RoleField({ defaultValue }: { defaultValue: Role }) {
  return (
    <SelectField label="Role" name="role" defaultValue={defaultValue}>
      {Object.entries(ROLES).map(([role, words]) => (
        <option key={role} value={role}>
          {words}
        </option>
      ))}
    </SelectField>
  );
}

/** One user: role, access, password, sessions. */
function UserDialog({ user, onClose }: { user: UserAccess; onClose: () => void }) {
  const formatMoment = useFormatMoment();
  const formId = useId();
  const utils = trpc.useUtils();
  const seen = { userId: user.id, version: user.version };
  const done = (message: string) => () => {
    toast(message);
    return utils.users.invalidate();
  };
  const setRole = trpc.users.setRole.useMutation({ onSuccess: done(`${user.name} has the new role.`) });
  const disable = trpc.users.disable.useMutation({
    onSuccess: done(`${user.name} may not sign in any more; their sessions have ended.`),
  });
  const enable = trpc.users.enable.useMutation({ onSuccess: done(`${user.name} may sign in again.`) });
  const reset = trpc.users.resetLink.useMutation();
  const failed = [setRole, disable, enable, reset].find((each) => each.error)?.error;
  const begin = (start: () => void) => () => {
    for (const each of [setRole, disable, enable, reset]) each.reset();
    start();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const role = roleOf(new FormData(event.currentTarget).get('role'));
    begin(() => setRole.mutate({ ...seen, role }))();
  };
  return (
    <Dialog shape="narrow" title={user.name} description={user.email} onClose={onClose}>
      <div className="grid gap-5">
        {failed && <Refusal error={failed} />}
        {/* Made anew with each version: what stands in it is what counts. */}
        <form key={user.version} id={formId} onSubmit={submit} className="grid gap-2">
          <RoleField defaultValue={user.role} />
          <Button type="submit" busy={setRole.isPending} busyLabel="Saving…" className="justify-self-start">
            Save role
          </Button>
        </form>
        <section aria-label="Password" className="grid gap-2 border-t border-line pt-4">
          <h3 className="text-sm font-medium">Password</h3>
          {reset.data ? (
            <LinkToHandOver link={reset.data} words={`By this link ${user.name} sets a new password.`} />
          ) : (
            <>
              <p className="text-sm text-ink-2">
                Forgotten? Make a one-time link for a new one. The old one counts until the link is used.
              </p>
              <Button
                className="justify-self-start"
                disabled={user.disabledAt !== null}
                busy={reset.isPending}
                onClick={begin(() => reset.mutate({ userId: user.id }))}
              >
                Make a reset link
              </Button>
            </>
          )}
        </section>
        <section aria-label="Sessions" className="grid gap-2 border-t border-line pt-4">
          <h3 className="text-sm font-medium">Signed in</h3>
          <SessionsOf user={user} />
        </section>
        <section aria-label="Access" className="grid gap-2 border-t border-line pt-4">
          <h3 className="text-sm font-medium">Access</h3>
          <p className="text-sm text-ink-2">
            {user.disabledAt
              ? `Disabled since ${formatMoment(user.disabledAt)}. What they did stays on record.`
              : 'Disabling ends all their sessions at once, on the admin page too. What they did stays on record.'}
          </p>
          {user.disabledAt ? (
            <Button
              className="justify-self-start"
              busy={enable.isPending}
              onClick={begin(() => enable.mutate(seen))}
            >
              Let them in again
            </Button>
          ) : (
            <Button
              look="danger"
              className="justify-self-start"
              busy={disable.isPending}
              onClick={begin(() => disable.mutate(seen))}
            >
              Disable
            </Button>
          )}
        </section>
      </div>
    </Dialog>
  );
}

function SessionsOf({ user }: { user: UserAccess }) {
  const utils = trpc.useUtils();
  const query = trpc.users.sessions.useQuery({ userId: user.id });
  const end = trpc.users.endSession.useMutation({
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.users.invalidate(),
  });
  return (
    <QueryView
      what="the sessions"
      queries={[query]}
      data={query.data}
      skeleton={<Skeleton className="h-14" />}
    >
      {(sessions) => (
        <SessionList
          sessions={sessions}
          ending={end.isPending ? end.variables.sessionId : undefined}
          onEnd={(sessionId) => end.mutate({ sessionId })}
        />
      )}
    </QueryView>
  );
}
