/**
 * A refusal. The message is a sentence for the user, and bull-board's error handler answers with
 * `statusCode`.
 */
export class BoardError extends Error {
  override readonly name = 'BoardError';
  readonly statusCode: 400 | 405 | 409;

  constructor(statusCode: 400 | 405 | 409, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** For an action that graphile-worker does not have, or for which the app gave no option. */
export const unsupported = (message: string): BoardError => new BoardError(405, message);
/** For an action that the job's state does not allow. */
export const conflict = (message: string): BoardError => new BoardError(409, message);
/** For a request that is not valid for graphile-worker. */
export const badRequest = (message: string): BoardError => new BoardError(400, message);
