import { SelectField } from '@scheduler/ui/field';

const ROLES = {
  viewer: 'Viewer: sees everything in their stores, changes nothing',
  dispatcher: 'Dispatcher: plans',
  admin: 'Admin: also manages users and runs the queues',
} as const;

type Role = keyof typeof ROLES;

export const roleOf = (value: unknown): Role =>
  value === 'admin' || value === 'dispatcher' ? value : 'viewer';

export function RoleField({
  defaultValue,
  onChange,
}: {
  defaultValue: Role;
  onChange?: (role: Role) => void;
}) {
  return (
    <SelectField
      label="Role"
      name="role"
      defaultValue={defaultValue}
      onChange={({ target }) => onChange?.(roleOf(target.value))}
    >
      {Object.entries(ROLES).map(([role, words]) => (
        <option key={role} value={role}>
          {words}
        </option>
      ))}
    </SelectField>
  );
}
