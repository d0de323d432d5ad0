/** Who is signed in. */
export type { SessionUser as Viewer } from '@scheduler/auth';
