import { Link } from '@tanstack/react-router';
import { KeyRound, ScrollText, UsersRound } from 'lucide-react';
import { useSession } from '../shell/use-session.ts';

const LOOK = 'flex w-full items-center gap-2 rounded px-2 py-2 text-left hover:bg-surface-2';

/**
 * The links of the account menu: the user's own password and sessions, and for admins the users and
 * the audit log.
 */
export function AccountLinks({ onGo }: { onGo: () => void }) {
  const { role } = useSession();
  return (
    <nav aria-label="Account pages" className="border-t border-line py-1">
      <Link to="/account" className={LOOK} onClick={onGo}>
        <KeyRound aria-hidden className="size-4" />
        Password and sessions
      </Link>
      {role === 'admin' && (
        <>
          <Link to="/users" className={LOOK} onClick={onGo}>
            <UsersRound aria-hidden className="size-4" />
            Users
          </Link>
          <Link to="/audit" className={LOOK} onClick={onGo}>
            <ScrollText aria-hidden className="size-4" />
            Audit log
          </Link>
        </>
      )}
    </nav>
  );
}
