import { CircleCheck, CircleX, Clock3, GitCompareArrows, LoaderCircle } from 'lucide-react';

/**
 * The look of each sync state on all pages: its icon, and the classes of its color for text and
 * background.
 */
export const SYNC_STATE_LOOKS = {
  synced: { Icon: CircleCheck, text: 'text-synced', soft: 'bg-synced-soft' },
  pending: { Icon: LoaderCircle, text: 'text-pending', soft: 'bg-pending-soft' },
  waiting: { Icon: Clock3, text: 'text-waiting', soft: 'bg-waiting-soft' },
  failed: { Icon: CircleX, text: 'text-failed', soft: 'bg-failed-soft' },
  conflict: { Icon: GitCompareArrows, text: 'text-conflict', soft: 'bg-conflict-soft' },
} as const;
