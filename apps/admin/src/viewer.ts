/** The user of a request. */
export type { SessionUser as Viewer } from '@scheduler/auth';
