/** Postgres NOTIFY channel that the triggers on our tables write to, on commit. */
export const CHANGES_CHANNEL = 'changes';

/** Payload of {@link CHANGES_CHANNEL}: what changed. `event` covers its schedule and its sync state. */
export interface Change {
  kind: 'event' | 'employee' | 'refresh';
  id: number;
}
