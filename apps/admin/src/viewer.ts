/** Who is signed in. */
export type { SessionUser as Viewer } from '@scheduler/auth';

/** Whether a request's method promises to change nothing. */
export const isRead = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(method);
