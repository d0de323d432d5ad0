/** The message for the sender of a request that failed by our fault. */
export function internalErrorMessage(requestId: string | undefined): string {
  const where = requestId ? ` It is in the log as request ${requestId}.` : '';
  return `Something went wrong here.${where} Try again in a moment.`;
}

/**
 * The status and message for the sender of a failed request. A 4xx error is about the request and
 * keeps its message. Any other error is ours: it must be logged, and the message only names its log
 * entry.
 */
export function describeFailure(
  error: Error & { statusCode?: number },
  requestId: string,
): { status: number; message: string; isOurs: boolean } {
  const { statusCode: status = 500 } = error;
  if (status >= 400 && status < 500) return { status, message: error.message, isOurs: false };
  return { status: Math.max(status, 500), message: internalErrorMessage(requestId), isOurs: true };
}
