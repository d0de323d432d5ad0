import type { UserAccess } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { Ban, CircleCheck, Settings2 } from 'lucide-react';
import { useFormatMoment } from '../lib/time.ts';
import { useSession } from '../shell/use-session.ts';
import { useStoreNames } from '../shell/use-store-names.ts';
import { TableHead } from '../ui/table-head.tsx';

const CELL = 'px-3 md:table-cell md:py-2';

export function UserTable({
  users,
  onManage,
}: {
  users: readonly UserAccess[];
  onManage: (id: string) => void;
}) {
  const formatMoment = useFormatMoment();
  const { email } = useSession();
  const namesOf = useStoreNames();
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full text-sm">
        <TableHead columns={['Name', 'Role', 'Stores', 'Access', 'Last used']} />
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
              <td className={`${CELL} col-start-1 text-xs text-ink-2 wrap-anywhere`}>
                {namesOf(user.storeIds)}
              </td>
              <td className={`${CELL} col-start-1`}>
                {user.disabledAt ? (
                  <span className="inline-flex items-center gap-1 text-xs font-medium text-failed">
                    <Ban aria-hidden className="size-3.5" />
                    Disabled
                  </span>
                ) : (
                  <span className="inline-flex items-center gap-1 text-xs font-medium text-synced">
                    <CircleCheck aria-hidden className="size-3.5" />
                    Can sign in
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
