import type { UserAccess } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { type SubmitEvent, useId } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { useFormatMoment } from '../lib/time.ts';
import { Dialog } from '../ui/dialog.tsx';
import { QueryView, Refusal, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { LinkToHandOver } from './invitations.tsx';
import { RoleField, roleOf } from './role-field.tsx';
import { SessionList } from './session-list.tsx';
import { StoresField, storesOf } from './stores-field.tsx';

/** One user: role, stores, access, password, sessions. */
export function UserDialog({ user, onClose }: { user: UserAccess; onClose: () => void }) {
  const formatMoment = useFormatMoment();
  const formId = useId();
  const utils = trpc.useUtils();
  const seen = { userId: user.id, version: user.version };
  const done = (message: string) => () => {
    toast(message);
    return utils.users.invalidate();
  };
  const setRole = trpc.users.setRole.useMutation({ onSuccess: done(`${user.name} has the new role.`) });
  const setStores = trpc.users.setStores.useMutation({
    onSuccess: done(`${user.name} has the new stores.`),
  });
  const disable = trpc.users.disable.useMutation({
    onSuccess: done(`${user.name} can no longer sign in. Their sessions have ended.`),
  });
  const enable = trpc.users.enable.useMutation({ onSuccess: done(`${user.name} can sign in again.`) });
  const reset = trpc.users.resetLink.useMutation();
  const failed = [setRole, setStores, disable, enable, reset].find((each) => each.error)?.error;
  const begin = (start: () => void) => () => {
    for (const each of [setRole, setStores, disable, enable, reset]) each.reset();
    start();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const role = roleOf(new FormData(event.currentTarget).get('role'));
    begin(() => setRole.mutate({ ...seen, role }))();
  };
  const submitStores = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const storeIds = storesOf(new FormData(event.currentTarget));
    begin(() => setStores.mutate({ ...seen, storeIds }))();
  };
  return (
    <Dialog shape="narrow" title={user.name} description={user.email} onClose={onClose}>
      <div className="grid gap-5">
        {failed && <Refusal error={failed} />}
        {/* Created again for each version, so that it shows the saved role. */}
        <form key={user.version} id={formId} onSubmit={submit} className="grid gap-2">
          <RoleField defaultValue={user.role} />
          <Button type="submit" busy={setRole.isPending} busyLabel="Saving…" className="justify-self-start">
            Save role
          </Button>
        </form>
        <form
          key={`stores ${user.version}`}
          aria-label="Stores"
          onSubmit={submitStores}
          className="grid gap-2 border-t border-line pt-4"
        >
          <StoresField defaultValue={user.storeIds} isAdmin={user.role === 'admin'} />
          {user.role !== 'admin' && (
            <Button
              type="submit"
              busy={setStores.isPending}
              busyLabel="Saving…"
              className="justify-self-start"
            >
              Save stores
            </Button>
          )}
        </form>
        <section aria-label="Password" className="grid gap-2 border-t border-line pt-4">
          <h3 className="text-sm font-medium">Password</h3>
          {reset.data ? (
            <LinkToHandOver link={reset.data} words={`With this link ${user.name} sets a new password.`} />
          ) : (
            <>
              <p className="text-sm text-ink-2">
                Forgotten? Make a one-time link for a new password. The old one works until the link is used.
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
          <UserSessions user={user} />
        </section>
        <section aria-label="Access" className="grid gap-2 border-t border-line pt-4">
          <h3 className="text-sm font-medium">Access</h3>
          <p className="text-sm text-ink-2">
            {user.disabledAt
              ? `Disabled since ${formatMoment(user.disabledAt)}. Their history is kept.`
              : 'Disabling ends all their sessions at once, on the admin page too. Their history is kept.'}
          </p>
          {user.disabledAt ? (
            <Button
              className="justify-self-start"
              busy={enable.isPending}
              onClick={begin(() => enable.mutate(seen))}
            >
              Enable
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

function UserSessions({ user }: { user: UserAccess }) {
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
