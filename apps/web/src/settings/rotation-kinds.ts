import type { RotationsView } from '@scheduler/server/router';

export type Kind = RotationsView['weekdays'][number]['kind'];

export const KINDS: readonly Kind[] = ['juicer', 'primary_lead'];
export const KIND_WORDS: Record<Kind, string> = { juicer: 'Juicer', primary_lead: 'Primary Lead' };

export interface RotationsProps {
  rotations: RotationsView;
  timeZone: string;
}
