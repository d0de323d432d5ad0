import { SelectField } from '@scheduler/ui/field';

/** Filters a list by the user who did it. */
export function ActorField({
  actors = [],
  by,
  onSearch,
}: {
  /** Undefined while they are loading. */
  actors: readonly { id: string; name: string }[] | undefined;
  by: string | undefined;
  onSearch: (change: { by: string | undefined }) => void;
}) {
  return (
    <SelectField
      label="Done by"
      value={by ?? ''}
      onChange={(change) => onSearch({ by: change.target.value || undefined })}
    >
      <option value="">Anybody</option>
      {actors.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
