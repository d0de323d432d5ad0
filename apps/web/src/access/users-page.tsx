import { Button } from '@scheduler/ui/button';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useSession } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { Invitations, InviteDialog } from './invitations.tsx';
import { UserDialog } from './user-dialog.tsx';
import { UserTable } from './user-table.tsx';

/** The page of all users and their roles, for admins. */
export function UsersPage() {
  useTitle('Users');
  const { role } = useSession();
  const isAdmin = role === 'admin';
  const [dialog, setDialog] = useState<'invite' | string>();
  const query = trpc.users.list.useQuery(undefined, { enabled: isAdmin });
  const users = query.data?.users ?? [];
  const managedUser = users.find((user) => user.id === dialog);
  if (!isAdmin) {
    return <Empty title="Only an admin can manage users.">Ask an admin to invite a person.</Empty>;
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-5xl gap-4 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-lg font-semibold">Users</h1>
          <span role="status" className="text-sm text-ink-2">
            {query.data && `${users.filter((user) => !user.disabledAt).length} can sign in`}
          </span>
          <Button look="primary" className="ml-auto" onClick={() => setDialog('invite')}>
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
              <UserTable users={users} onManage={setDialog} />
              {invitations.length > 0 && <Invitations invitations={invitations} />}
            </>
          )}
        </QueryView>
      </div>
      {dialog === 'invite' && <InviteDialog onClose={() => setDialog(undefined)} />}
      {managedUser && <UserDialog user={managedUser} onClose={() => setDialog(undefined)} />}
    </div>
  );
}
