import { SelectField } from '../ui/field.tsx';

const ROLES = {
  viewer: 'Viewer: sees everything, changes nothing',
  dispatcher: 'Dispatcher: plans',
  admin: 'Admin: also gives access and runs the queues',
} as const;

type Role = keyof typeof ROLES;

export const roleOf = (value: unknown): Role =>
  value === 'admin' || value === 'dispatcher' ? value : 'viewer';

export function RoleField({ defaultValue }: { defaultValue: Role }) {
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
