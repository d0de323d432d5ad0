/** For an error that nobody who asked is to blame for. */
export function internalErrorMessage(requestId: string | undefined): string {
  const where = requestId ? ` It is in the log as request ${requestId}.` : '';
  return `Something went wrong here.${where} Try again in a moment.`;
}

/**
 * What the sender of a request that failed is told: the words of an error that is about the request itself (its status is 4xx), and
 * of any other error nothing but where the log has it. `isOurs` errors are to be logged.
 */
export function describeFailure(
  error: Error & { statusCode?: number },
  requestId: string,
): { status: number; message: string; isOurs: boolean } {
  const { statusCode: status = 500 } = error;
  if (status >= 400 && status < 500) return { status, message: error.message, isOurs: false };
  return { status: Math.max(status, 500), message: internalErrorMessage(requestId), isOurs: true };
}
