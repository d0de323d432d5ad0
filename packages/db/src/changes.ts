/** Postgres NOTIFY channel that the triggers on our tables write to, on commit. */
export const CHANGES_CHANNEL = 'changes';

/**
 * Payload of {@link CHANGES_CHANNEL}: what changed. `event` covers its schedule and its sync state, `crossmark` is told
 * when it can't be reached any more and when it can again, `access` (id 0) when somebody's sessions ended or their role changed.
 */
export interface Change {
  kind: 'event' | 'employee' | 'refresh' | 'crossmark' | 'access';
  id: number;
}
