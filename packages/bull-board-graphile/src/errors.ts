/** A refusal with a sentence for the person at the board. bull-board's error handler answers with `statusCode`. */
export class BoardError extends Error {
  override readonly name = 'BoardError';
  readonly statusCode: 400 | 405 | 409;

  constructor(statusCode: 400 | 405 | 409, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** graphile-worker can't do this at all, or the app has not given what it takes. */
export const unsupported = (message: string): BoardError => new BoardError(405, message);
/** Not in the state the job is in. */
export const conflict = (message: string): BoardError => new BoardError(409, message);
/** The request itself makes no sense to graphile-worker. */
export const badRequest = (message: string): BoardError => new BoardError(400, message);
