import { type Call, checkInput, MismatchedAnswer, RefusedAnswer } from './call.ts';
import { CrossmarkError } from './errors.ts';
import { mplanId, storeId } from './ids.ts';
import { parseInstructions, parseLocation, parseReps } from './parse.ts';
import { listCall, searchFields } from './planning-list.ts';
import { repRange } from './time.ts';
import type { Transport } from './transport.ts';
import type {
  Cancellable,
  EventInstructions,
  FileAnswer,
  FileQuery,
  InstructionsQuery,
  LocationCondition,
  LocationQuery,
  Rep,
  RepsQuery,
} from './types.ts';

/** See `CrossmarkClient.availableReps`. `timeZone` is the zone of the default range. */
export async function availableReps(
  transport: Transport,
  timeZone: string,
  query: RepsQuery,
): Promise<Rep[]> {
  const name = 'getAvailableReps';
  return transport.call({
    name,
    path: `/schedulingcontroller/${name}`,
    multipart: checkInput(name, () => ({ project: repRange(query.from, query.to, timeZone) })),
    headers: { referer: `${transport.origin}/scheduling/hourly/` },
    signal: query.signal,
    parse: parseReps,
  });
}

/** See `CrossmarkClient.locationCondition`. */
export async function locationCondition(
  transport: Transport,
  query: LocationQuery,
): Promise<LocationCondition> {
  const name = 'getmPlanLocationCondition';
  const form = checkInput(name, () => ({ mPlanID: mplanId(query.mplanId), storeID: storeId(query.storeId) }));
  const call: Call<LocationCondition> = {
    name,
    path: `/planningextcontroller/${name}`,
    form,
    signal: query.signal,
    parse(json, { body }) {
      const location = parseLocation(json, body);
      if (location === 'refused') throw new RefusedAnswer();
      if (location === 'noEvent') return { kind: 'unknownPlan', reason: 'Crossmark answered with nothing.' };
      if (location.key !== `${form.mPlanID}_${form.storeID}`)
        throw new MismatchedAnswer("Crossmark's answer was about another event.");
      return { kind: 'known', condition: location.condition, reps: location.reps };
    },
  };
  try {
    return await transport.call(call);
  } catch (error) {
    if (error instanceof CrossmarkError && error.kind === 'rejected')
      return { kind: 'unknownPlan', reason: error.message };
    throw error;
  }
}

/** See `CrossmarkClient.instructions`. */
export async function instructions(
  transport: Transport,
  { events, signal }: InstructionsQuery,
): Promise<EventInstructions[]> {
  const name = 'bulkPrintMplanLocations';
  const locations = checkInput(name, () =>
    events.map((event) => ({ mPlanID: mplanId(event.mplanId), storeID: storeId(event.storeId) })),
  );
  return transport.call({
    name,
    path: `/planningextcontroller/${name}`,
    form: { mplanLocationIDs: JSON.stringify(locations), includeAttachment: 'true' },
    signal,
    parse(json) {
      const answered = parseInstructions(json, transport.origin);
      const requested = new Set<string>(locations.map(({ mPlanID }) => mPlanID));
      const matching = answered.filter((one) => requested.has(one.mplanId));
      if (answered.length > 0 && matching.length === 0)
        throw new MismatchedAnswer("Crossmark's answer was about other events.");
      return matching;
    },
  });
}

/** See `CrossmarkClient.file`. */
export async function file(transport: Transport, { url, maxBytes, signal }: FileQuery): Promise<FileAnswer> {
  const name = 'salesTool';
  const path = checkInput(name, () => {
    const { origin, pathname, search } = new URL(url);
    if (origin !== transport.origin) throw new Error('the address is not on Crossmark’s host');
    return pathname + search;
  });
  return transport.call({
    name,
    path,
    // A compressed answer could unpack to any size.
    headers: { 'accept-encoding': 'identity' },
    file: { maxBytes },
    signal,
    parse(_json, { status, headers, bytes }): FileAnswer {
      if (status >= 300 && status < 400) {
        const location = [headers.location].flat()[0] ?? '';
        return location ? { kind: 'redirect', location } : { kind: 'none', status };
      }
      if (status !== 200) return { kind: 'none', status };
      return bytes ? { kind: 'file', bytes } : { kind: 'tooLarge' };
    },
  });
}

/** See `CrossmarkClient.ping`. */
export async function ping(transport: Transport, { signal }: Cancellable): Promise<void> {
  const fields = searchFields('condition', ['Unstaffed']);
  await transport.call(listCall({ fields, page: 1, limit: 1, sortBy: 'staffedReps', signal }));
}
