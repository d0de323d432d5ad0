/** As many as one request may carry. */
const MOST_NOTED = 20;

/** Which calls of a request were refused, and why: calls that come in one request are one line of the log, with one status. */
export class RefusedCalls {
  private readonly byRequest = new WeakMap<object, string[]>();

  /** @param code tRPC's word for why, such as `FORBIDDEN` */
  note(request: object, call: { path: string | undefined; code: string }): void {
    const noted = this.byRequest.get(request) ?? [];
    this.byRequest.set(request, noted);
    if (noted.length < MOST_NOTED) noted.push(`${(call.path ?? '').slice(0, 100)} ${call.code}`);
  }

  /** `schedules.create FORBIDDEN` for each; undefined where none was refused. */
  of(request: object): string[] | undefined {
    return this.byRequest.get(request);
  }
}
