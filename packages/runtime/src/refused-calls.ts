/** Calls recorded per request. */
const MAX_CALLS = 20;

/**
 * Records the refused calls of each request, because a batch of calls has one log line and one
 * status.
 */
export class RefusedCalls {
  private readonly byRequest = new WeakMap<object, string[]>();

  /** @param code tRPC's error code, such as `FORBIDDEN` */
  note(request: object, call: { path: string | undefined; code: string }): void {
    const calls = this.byRequest.get(request) ?? [];
    this.byRequest.set(request, calls);
    if (calls.length < MAX_CALLS) calls.push(`${(call.path ?? '').slice(0, 100)} ${call.code}`);
  }

  /** Lists the refused calls, such as `schedules.create FORBIDDEN`; undefined if there are none. */
  of(request: object): string[] | undefined {
    return this.byRequest.get(request);
  }
}
