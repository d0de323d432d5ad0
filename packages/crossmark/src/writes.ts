import { checkInput, MismatchedAnswer, RefusedAnswer } from './call.ts';
import { bookingId, mplanId, repId, storeId } from './ids.ts';
import { parseReissued, parseRemoved, parseScheduled, UnexpectedAnswerError } from './parse.ts';
import { checkedDay, toLocalOffset, wholeSecond } from './time.ts';
import type { Transport } from './transport.ts';
import type { Booking, BookingRequest, ReissueRequest, RemovalRequest } from './types.ts';

/** Whether an answer holds a value that differs from the requested one. */
const isOther = (answered: string | null, requested: string) => answered !== null && answered !== requested;

/** See `CrossmarkClient.schedule`. */
export async function schedule(transport: Transport, request: BookingRequest): Promise<Booking> {
  const name = 'scheduleMplanEvent';
  const form = checkInput(name, () => {
    if (!(request.startsAt < request.endsAt)) throw new RangeError('the booking ends before it starts.');
    return {
      ClassName: 'MVScheduledmPlan',
      RepID: repId(request.repId),
      mPlanID: mplanId(request.mplanId),
      LocationID: storeId(request.storeId),
      Start: toLocalOffset(request.startsAt, request.timeZone),
      End: toLocalOffset(request.endsAt, request.timeZone),
      hash: '',
      v: '3.0.1',
      PlanningOverride: 'true',
    };
  });
  return transport.call({
    name,
    path: `/planningextcontroller/${name}`,
    form,
    isWrite: true,
    signal: request.signal,
    parse(json) {
      const answer = parseScheduled(json);
      if (answer.result === 'refused') throw new RefusedAnswer();
      if (answer.result === 'unclear') throw new UnexpectedAnswerError('no ok with a booking id');
      if (
        // Only the plan and the store tie the booking id to this event, so both are required.
        answer.mplanId !== request.mplanId ||
        answer.storeId !== request.storeId ||
        isOther(answer.repId, request.repId) ||
        isOther(answer.startsAt, wholeSecond(request.startsAt)) ||
        isOther(answer.endsAt, wholeSecond(request.endsAt))
      ) {
        throw new MismatchedAnswer("Crossmark's answer was about another booking.");
      }
      return {
        bookingId: answer.bookingId,
        repId: answer.repId ?? request.repId,
        startsAt: answer.startsAt ?? request.startsAt,
        endsAt: answer.endsAt ?? request.endsAt,
        repName: answer.repName,
      };
    },
  });
}

/** See `CrossmarkClient.unschedule`. */
export async function unschedule(transport: Transport, request: RemovalRequest): Promise<void> {
  const name = 'deleteScheduledMplanEvent';
  await transport.call({
    name,
    path: `/planningextcontroller/${name}`,
    form: checkInput(name, () => ({ id: bookingId(request.bookingId) })),
    isWrite: true,
    signal: request.signal,
    parse(json) {
      const result = parseRemoved(json);
      if (result === 'refused') throw new RefusedAnswer();
      if (result === 'unclear') throw new UnexpectedAnswerError('neither ok nor success');
    },
  });
}

/** See `CrossmarkClient.reissue`. */
export async function reissue(transport: Transport, request: ReissueRequest): Promise<void> {
  const name = 'createPendingWork';
  const form = checkInput(name, () => ({
    workLogEntryID: bookingId(request.bookingId),
    storeID: storeId(request.storeId),
    mPlanID: mplanId(request.mplanId),
    reissueBulkJson: '[]',
    action: 'reissue',
    includeResponses: String(request.includeResponses ?? false),
    pendingWorkReasonComments: '',
    public: 'true',
    excludeReps: 'false',
    excludedRepIDs: '[]',
    overrideReps: 'true',
    overriddenRepIDs: `[${repId(request.repId)}]`,
    expirationDate: `${checkedDay(request.expiresOn)}T00:00:00`,
    additionalEmail: '',
  }));
  await transport.call({
    name,
    path: `/pendingworkextcontroller/${name}/`,
    form,
    isWrite: true,
    signal: request.signal,
    parse(json) {
      const result = parseReissued(json);
      if (result === 'refused') throw new RefusedAnswer();
      if (result === 'unclear') throw new UnexpectedAnswerError('not an object');
    },
  });
}
