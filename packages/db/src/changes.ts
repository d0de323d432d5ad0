/** Postgres NOTIFY channel that the triggers on our tables write to, on commit. */
export const CHANGES_CHANNEL = 'changes';

/**
 * Payload of {@link CHANGES_CHANNEL}: what changed. `event` covers its schedule and its sync state,
 * `crossmark` is told when it can't be reached any more and when it can again, `employee` 0 when
 * Crossmark's rep list is read, `access` 0 when sessions ended or a role changed, `all` when a
 * setting changes on which everything else rests.
 */
export interface Change {
  kind: 'event' | 'employee' | 'refresh' | 'proposal' | 'crossmark' | 'access' | 'all';
  id: number;
  /** `access`: whose; not there where they are too many to name. */
  userIds?: readonly string[];
}
