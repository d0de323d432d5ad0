/** The head of a table whose rows end with buttons. It is hidden below md, where rows are cards. */
export const TableHead = ({ columns }: { columns: readonly string[] }) => (
  <thead className="hidden bg-surface-2 text-left text-xs text-ink-2 md:table-header-group">
    <tr>
      {columns.map((head) => (
        <th key={head} scope="col" className="px-3 py-2 font-medium">
          {head}
        </th>
      ))}
      <th scope="col" className="px-3 py-2">
        <span className="sr-only">Actions</span>
      </th>
    </tr>
  </thead>
);
