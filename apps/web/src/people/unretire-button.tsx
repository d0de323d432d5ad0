import type { Employee } from '@scheduler/server/router';
import { IconButton } from '@scheduler/ui/button';
import { UserPlus } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { toast } from '../ui/toast.tsx';

/** A button that takes a retired person back. */
export function UnretireButton({ person }: { person: Employee }) {
  const utils = trpc.useUtils();
  const update = trpc.employees.update.useMutation({
    onSuccess: () => {
      toast(`${person.name} is back.`);
      return utils.employees.invalidate();
    },
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
  });
  return (
    <IconButton
      label={`Take ${person.name} back`}
      disabled={update.isPending}
      onClick={() =>
        update.mutate({ employeeId: person.id, version: person.version, changes: { terminatedOn: null } })
      }
    >
      <UserPlus aria-hidden className="size-4" />
    </IconButton>
  );
}
