import type { Settings } from '@scheduler/server/router';

export interface SectionProps {
  settings: Settings;
  isAdmin: boolean;
}

export const SECTION = 'grid grid-cols-1 gap-3 rounded-md border border-line bg-surface p-3';
