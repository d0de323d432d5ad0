import type { PaperTemplate } from '@scheduler/server/router';

/** When a template is printed. */
export const LEVEL_WORDS: Record<PaperTemplate['level'], string> = {
  event: 'After each event',
  day: 'Once, at the end of a day',
};
