/** Postgres NOTIFY channel that the triggers on our tables write to, on commit. */
export const CHANGES_CHANNEL = 'changes';

/**
 * Payload of {@link CHANGES_CHANNEL}: what changed. `event` covers its schedule and its sync state,
 * `crossmark` is sent when Crossmark can't be reached any more and when it can again, `employee`
 * with id 0 when Crossmark's rep list was read, `attendance` with id 0 when somebody's day was
 * recorded, `note` with id 0 when a note was written, `paper` with id 0 when a file for packets was
 * fetched or changed, `access` with id 0 when sessions ended, or a role or a user's stores changed, and
 * `all` when a setting changed on which everything else depends.
 */
export interface Change {
  kind:
    | 'event'
    | 'employee'
    | 'attendance'
    | 'note'
    | 'paper'
    | 'refresh'
    | 'proposal'
    | 'crossmark'
    | 'access'
    | 'all';
  id: number;
  /** The store that the change belongs to; absent if it belongs to none. */
  storeId?: number | null;
  /** With `access`: the users whose access changed; absent if there are too many of them. */
  userIds?: readonly string[];
}
