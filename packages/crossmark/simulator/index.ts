import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { currentInstant, currentTimeMs } from '@scheduler/runtime/clock';
import { seededRandom } from '@scheduler/runtime/random';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CallName } from '../src/errors.ts';
import { createFaults, type FaultTarget, hasFalseAnswer } from './faults.ts';
import {
  DEFAULT_SETTINGS,
  drawDelay,
  type ExpiredLook,
  type Fault,
  type FaultInput,
  patchSettings,
  type Settings,
  type SettingsPatch,
} from './settings.ts';
import {
  type Answer,
  createSite,
  type FalseAnswer,
  GARBAGE_PAGE,
  isWrite,
  json,
  LANDING_PAGE,
  LOGIN_PAGE,
  type Params,
  refusal,
} from './site.ts';
import {
  createWorld,
  inputs,
  keyOf,
  type SimulatedBooking,
  type SimulatorState,
  WorldError,
  type WorldInput,
} from './world.ts';

export { exportFile } from './export.ts';
export { falseAnswers, ODD_ROWS, ODD_TEXTS } from './false-answers.ts';
export type { Delay, Fault, FaultInput, Settings, SettingsPatch } from './settings.ts';
export { DEMO_USER, type SimulatedBooking, type SimulatorState, type WorldInput } from './world.ts';

/** A call that the simulator received, without passwords and session ids. */
export type LoggedCall = {
  seq: number;
  call: CallName | null;
  method: string;
  path: string;
  params: Params;
  /** The body as sent, for forms only. */
  body: string;
  headers: Record<string, string>;
  receivedAt: string;
  /**
   * Null until the answer is sent or the caller closes the connection. A write takes effect on
   * arrival, so a closed connection does not undo it.
   */
  finishedAt: string | null;
  status: number | null;
  /**
   * `answered` and `refused` are regular answers; `expired` had no session; the other values are
   * faults.
   */
  outcome: 'answered' | 'refused' | 'expired' | 'limited' | Fault['kind'] | null;
  /** For a write: whether the world changed. */
  applied: boolean;
  /** The event of the call, `<mplanId>_<storeId>`, if the call names one. */
  event: string | null;
  bookingId: string | null;
};

export type SimulatorOptions = {
  /** Saves the world in this file, so that a killed simulator has its bookings after a restart. */
  stateFile?: string | undefined;
  settings?: SettingsPatch | undefined;
  state?: WorldInput | undefined;
};

/** The folder of instructions; its files are `<mplanId>.pdf`. */
const FILES = '/salestools/';

const CALL_PATHS: Record<string, CallName> = {
  '/login/authenticate': 'authenticate',
  '/users/getUserInfo': 'getUserInfo',
  '/planningextcontroller/getPlanningMplans': 'getPlanningMplans',
  '/planningextcontroller/scheduleMplanEvent': 'scheduleMplanEvent',
  '/planningextcontroller/deleteScheduledMplanEvent': 'deleteScheduledMplanEvent',
  '/schedulingcontroller/getAvailableReps': 'getAvailableReps',
  '/planningextcontroller/getmPlanLocationCondition': 'getmPlanLocationCondition',
  '/pendingworkextcontroller/createPendingWork/': 'createPendingWork',
  '/planningextcontroller/bulkPrintMplanLocations': 'bulkPrintMplanLocations',
};

/** Larger answers are compressed, as by the real host. */
const GZIP_MIN_BYTES = 1024;
/** Calls kept in the log: enough for every test, and little memory for a long `pnpm dev`. */
const MAX_LOG_LENGTH = 50_000;
const SLOW_PIECES = 10;
/** Large enough for a state of 100,000 plans. */
const BODY_LIMIT_BYTES = 256 * 1024 * 1024;

/** Reads the parameters of a call from its query, form, JSON or multipart body. */
function readParams(query: URLSearchParams, type: string, body: string): Params {
  const params: Params = Object.fromEntries(query);
  if (type.startsWith('application/x-www-form-urlencoded')) {
    Object.assign(params, Object.fromEntries(new URLSearchParams(body)));
  } else if (type.startsWith('multipart/form-data')) {
    for (const [, name = '', value = ''] of body.matchAll(/name="([^"]*)"\r\n\r\n([\s\S]*?)\r\n--/g)) {
      params[name] = value;
    }
  } else if (type.startsWith('application/json')) {
    try {
      const parsed = z.record(z.string(), z.coerce.string()).safeParse(JSON.parse(body));
      if (parsed.success) Object.assign(params, parsed.data);
    } catch {
      // A body that isn't JSON has no parameters.
    }
  }
  return params;
}

/**
 * A local Crossmark. It follows the known protocol, has a switch for each unknown behavior, and
 * fails on demand. This object offers everything that the HTTP switchboard (`/__sim/…`) offers.
 */
export function createSimulator(options: SimulatorOptions = {}) {
  let settings: Settings = patchSettings(DEFAULT_SETTINGS, options.settings ?? {});
  let random = seededRandom(settings.seed);
  const world = createWorld(() => settings, options.stateFile);
  if (options.state) world.load(options.state);
  const site = createSite(
    world,
    () => settings,
    () => random(),
  );
  /** PHP's sessions by id. They end with the process. */
  const sessions = new Map<string, { userId: string; startedMs: number }>();
  const faults = createFaults(world, site.page, () => random());
  let log: LoggedCall[] = [];
  let seq = 0;
  let recentCallsMs: number[] = [];
  let closing = new AbortController();
  let url = '';
  let app: ReturnType<typeof build> | undefined;

  const sessionOf = (request: FastifyRequest) =>
    /(?:^|;\s*)PHPSESSID=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

  function isSignedIn(id: string): boolean {
    const session = sessions.get(id);
    if (!session) return false;
    const { sessionTtlMs } = settings;
    return sessionTtlMs === null || currentTimeMs() - session.startedMs < sessionTtlMs;
  }

  function startSession(userId: string | null): string {
    const id = randomBytes(13).toString('hex');
    if (userId) sessions.set(id, { userId, startedMs: currentTimeMs() });
    return `PHPSESSID=${id}; path=/; HttpOnly`;
  }

  /**
   * Crossmark's answer to a caller who is not signed in. With an expired session it sets a new
   * cookie.
   */
  function expiredAnswer(look: ExpiredLook = settings.expiredLook, hasExpired = true): Answer {
    const headers = hasExpired ? { 'set-cookie': startSession(null) } : {};
    if (look === 'loginPage') return { status: 200, headers, body: LOGIN_PAGE };
    if (look === 'redirect')
      return { status: 302, headers: { ...headers, location: `${url}/login` }, body: '' };
    return { status: Number(look), headers, body: 'Unauthorized' };
  }

  function authenticate({ UserID = '', Password = '' }: Params): Answer {
    if (!world.knowsUser(UserID, Password)) {
      if (settings.badPassword === 'loginPage') return { status: 200, body: LOGIN_PAGE, refused: true };
      return { status: 401, body: JSON.stringify({ success: false }), refused: true };
    }
    // PHP starts a session and then changes its id: the last of two cookies with one name counts.
    const headers = { 'set-cookie': [startSession(null), startSession(UserID)] };
    if (settings.loginAnswer === 'landingPage') return { status: 200, headers, body: LANDING_PAGE };
    if (settings.loginAnswer === 'redirect')
      return { status: 302, headers: { ...headers, location: `${url}/` }, body: '' };
    if (settings.loginAnswer === 'redirectUrl') return json({ redirectUrl: '/planning/' }, { headers });
    return json({ success: true, sessionId: 'see-cookie', userId: UserID }, { headers });
  }

  function isOverLimit(): boolean {
    const { perSecond } = settings.rateLimit;
    if (perSecond === null) return false;
    const nowMs = currentTimeMs();
    recentCallsMs = recentCallsMs.filter((atMs) => nowMs - atMs < 1000);
    if (recentCallsMs.length >= perSecond) return true;
    recentCallsMs.push(nowMs);
    return false;
  }

  /** An HTTP date by Crossmark's own clock, some seconds from now. */
  const httpDate = (inSeconds = 0) =>
    new Date(currentTimeMs() + settings.clockSkewMs + inSeconds * 1000).toUTCString();
  const retryAfter = (seconds: number, asDate: boolean) => ({
    'retry-after': asDate ? httpDate(seconds) : String(seconds),
  });

  /** Waits; ends early when the simulator closes. */
  const pause = (ms: number) =>
    ms > 0 ? wait(ms, undefined, { signal: closing.signal }).catch(() => undefined) : undefined;

  async function deliver(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: Answer,
    fault?: Fault,
  ): Promise<void> {
    const { raw } = reply;
    if (fault?.kind === 'drop') {
      raw.destroy();
      return;
    }
    if (fault?.kind === 'hang') return;
    const isCompressed =
      answer.body.length >= GZIP_MIN_BYTES &&
      /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const body = isCompressed ? gzipSync(answer.body) : Buffer.from(answer.body);
    raw.writeHead(answer.status, {
      date: httpDate(),
      server: 'Apache',
      'content-type': 'text/html; charset="utf-8"',
      'cache-control': 'no-cache, no-store, must-revalidate',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'content-length': body.length,
      ...(isCompressed && { 'content-encoding': 'gzip' }),
      ...answer.headers,
    });
    if (fault?.kind === 'truncate') {
      raw.write(body.subarray(0, Math.floor(body.length / 2)), () => raw.destroy());
      return;
    }
    if (fault?.kind === 'slow') {
      const size = Math.max(1, Math.ceil(body.length / SLOW_PIECES));
      for (let offset = 0; offset < body.length; offset += size) {
        await pause(fault.delayMs / SLOW_PIECES);
        raw.write(body.subarray(offset, offset + size));
      }
      raw.end();
      return;
    }
    raw.end(body);
  }

  /** The answer of a fault that replaces the regular answer. */
  function faultAnswer(fault: Fault): Answer {
    switch (fault.kind) {
      case 'status':
        return {
          status: fault.status,
          headers: fault.retryAfter === undefined ? {} : retryAfter(fault.retryAfter, fault.retryAfterAsDate),
          body: `<html><head><title>${fault.status}</title></head><body><h1>${fault.status}</h1></body></html>`,
        };
      case 'refuse':
        return refusal(settings, fault.message);
      case 'expire':
        return expiredAnswer(fault.look);
      case 'notSignedIn':
        return expiredAnswer(fault.look, false);
      default:
        return { status: 200, body: GARBAGE_PAGE };
    }
  }

  async function handleCall(
    call: CallName,
    params: Params,
    entry: LoggedCall,
    request: FastifyRequest,
  ): Promise<{ answer: Answer; fault?: Fault }> {
    const latencyMs = drawDelay(settings.latencyMs[call] ?? settings.latencyMs['*'] ?? 0, random);
    const target: FaultTarget = { call, params, event: entry.event, bookingId: entry.bookingId };
    const answerRegularly = (falseAnswer?: FalseAnswer): Answer => {
      if (call === 'authenticate') return authenticate(params);
      if (!isSignedIn(sessionOf(request))) {
        entry.outcome = 'expired';
        return expiredAnswer();
      }
      if (call === 'getUserInfo') return json({ username: sessions.get(sessionOf(request))?.userId });
      return site.answer(call, params, request.headers, falseAnswer);
    };
    if (isOverLimit()) {
      entry.outcome = 'limited';
      const { retryAfter: look } = settings.rateLimit;
      return {
        answer: { status: 429, headers: look === 'none' ? {} : retryAfter(1, look === 'date'), body: '' },
      };
    }
    const { fault, falseAnswer } = faults.select(target);
    if (!fault || hasFalseAnswer(fault)) {
      if (!isWrite(call)) await pause(latencyMs);
      const crossedBody = fault?.kind === 'crossed' ? faults.crossedAnswer(target) : undefined;
      const answer =
        fault?.applied === false && isSignedIn(sessionOf(request)) ? json({}) : answerRegularly(falseAnswer);
      if (entry.outcome !== 'expired') {
        if (fault) entry.outcome = fault.kind;
        else faults.recordAnswer(target, answer);
      }
      if (isWrite(call)) await pause(latencyMs);
      return {
        answer:
          crossedBody && entry.outcome === 'crossed' ? { ...answer, status: 200, body: crossedBody } : answer,
      };
    }
    const isTruthful = fault.kind === 'slow' || fault.kind === 'truncate';
    const effect = (fault.applied ?? isTruthful) ? answerRegularly() : undefined;
    if (effect?.applied) entry.applied = true;
    if (effect?.bookingId) entry.bookingId = effect.bookingId;
    if (fault.kind === 'expire') sessions.delete(sessionOf(request));
    entry.outcome = fault.kind;
    await pause(latencyMs + (fault.kind === 'slow' ? 0 : fault.delayMs));
    return { answer: isTruthful && effect ? effect : faultAnswer(fault), fault };
  }

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.hijack();
    const address = new URL(request.url, 'http://simulator');
    const isFile = address.pathname.startsWith(FILES);
    const call = isFile ? 'salesTool' : (CALL_PATHS[address.pathname] ?? null);
    const type = String(request.headers['content-type'] ?? '');
    const text = typeof request.body === 'string' ? request.body : '';
    const params = readParams(address.searchParams, type, text);
    if (isFile) params.file = address.pathname.slice(FILES.length);
    const id = params.id ?? params.workLogEntryID ?? null;
    const booking = id ? world.booking(id) : undefined;
    const event = params.mPlanID
      ? { mplanId: params.mPlanID, storeId: params.LocationID ?? params.storeID ?? '' }
      : booking;
    const entry: LoggedCall = {
      seq: ++seq,
      call,
      method: request.method,
      path: address.pathname,
      params: 'Password' in params ? { ...params, Password: '[redacted]' } : params,
      body: type.startsWith('application/x-www-form-urlencoded') ? text : '',
      headers: Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) =>
          name === 'cookie' ? [] : [[name, String(value)]],
        ),
      ),
      receivedAt: currentInstant(),
      finishedAt: null,
      status: null,
      outcome: null,
      applied: false,
      event: event ? keyOf(event) : null,
      bookingId: id,
    };
    const finish = () => {
      entry.finishedAt ??= currentInstant();
    };
    reply.raw.once('close', finish);
    log.push(entry);
    if (log.length > MAX_LOG_LENGTH) log = log.slice(-MAX_LOG_LENGTH / 2);

    const { answer, fault } = call
      ? await handleCall(call, params, entry, request)
      : { answer: pageAnswer(address.pathname, request), fault: undefined };
    entry.applied ||= answer.applied ?? false;
    entry.bookingId = answer.bookingId ?? entry.bookingId;
    entry.outcome ??= answer.refused ? 'refused' : 'answered';
    entry.status = fault?.kind === 'drop' || fault?.kind === 'hang' ? null : answer.status;
    await deliver(request, reply, answer, fault);
    finish();
  }

  /** Answers a request for a page, which is not a call. */
  function pageAnswer(path: string, request: FastifyRequest): Answer {
    if (path === '/login')
      return { status: 200, headers: { 'set-cookie': startSession(null) }, body: LOGIN_PAGE };
    if (path === '/logout') {
      sessions.delete(sessionOf(request));
      return { status: 302, headers: { location: `${url}/login` }, body: '' };
    }
    if (!isSignedIn(sessionOf(request))) return expiredAnswer();
    if (path === '/planningextcontroller/getDefaultScheduleLengthInMinutes') return json({ defaults: [] });
    return path === '/' ? { status: 200, body: LANDING_PAGE } : { status: 404, body: 'Not Found' };
  }

  const control = {
    /** The address at which the simulator listens; empty before {@link listen}. */
    get url() {
      return url;
    },
    /** A copy of the simulated Crossmark's data. */
    get state(): SimulatorState {
      return structuredClone(world.state());
    },
    get settings(): Settings {
      return structuredClone(settings);
    },
    /** The latest calls, oldest first. */
    get log(): LoggedCall[] {
      return structuredClone(log);
    },

    /** Replaces the whole world. Throws for invalid input and changes nothing. */
    load(state: WorldInput) {
      world.load(state);
    },

    /**
     * Changes switches; a group may be partial. Throws a ZodError that names the invalid switch.
     */
    configure(patch: unknown): Settings {
      settings = patchSettings(settings, patch);
      if (typeof patch === 'object' && patch && 'seed' in patch) random = seededRandom(settings.seed);
      return control.settings;
    },

    /** Appends fault rules and returns their ids. Throws a ZodError. */
    addFaults: faults.add,
    clearFaults: faults.clear,
    clearLog() {
      log = [];
    },
    /** Ends every session, as a restart of the real host does. */
    expireSessions() {
      sessions.clear();
    },

    /**
     * Books as a person on Crossmark's site does. With `keepCondition` the condition stays the
     * same, as sometimes happens there.
     */
    book(booking: z.input<typeof inputs.booking>, keepCondition = false): SimulatedBooking {
      return structuredClone(world.book(inputs.booking.parse(booking), keepCondition));
    },
    /** Removes a booking as a person does; returns false if it does not exist. */
    unbook: (bookingId: string): boolean => world.unbook(bookingId) !== undefined,
    /** Changes a booking's person or time and keeps its id. */
    moveBooking(bookingId: string, to: z.input<typeof inputs.bookingChange>): SimulatedBooking {
      return structuredClone(world.moveBooking(bookingId, inputs.bookingChange.parse(to)));
    },
    /** Adds plans, or changes the plans of the same id and store. */
    putPlans(plans: z.input<typeof inputs.plan> | z.input<typeof inputs.plan>[]) {
      world.putPlans(z.array(inputs.plan).parse([plans].flat()));
    },
    removePlan: world.removePlan,
    putStores(stores: z.input<typeof inputs.store> | z.input<typeof inputs.store>[]) {
      world.putStores(z.array(inputs.store).parse([stores].flat()));
    },
    putReps(reps: z.input<typeof inputs.rep> | z.input<typeof inputs.rep>[]) {
      world.putReps(z.array(inputs.rep).parse([reps].flat()));
    },
    removeRep: world.removeRep,

    /**
     * Starts listening; port 0 is any free port. A closed simulator can listen again. It then has
     * its world but no sessions. Rejects with EADDRINUSE if the port is in use.
     */
    async listen(port = 0, host = '127.0.0.1'): Promise<string> {
      closing = new AbortController();
      const built = build();
      await built.listen({ port, host });
      app = built;
      const address = built.server.address();
      url = `http://${host}:${typeof address === 'object' && address ? address.port : port}`;
      return url;
    },

    /**
     * Stops as if killed: running calls get no answer and sessions end. Changes that were made to
     * the world stay.
     */
    async close(): Promise<void> {
      closing.abort();
      sessions.clear();
      await app?.close();
      app = undefined;
    },
  };

  function build() {
    const server = fastify({ forceCloseConnections: true, bodyLimit: BODY_LIMIT_BYTES });
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    server.setErrorHandler((error, _request, reply) => {
      const isBadInput =
        error instanceof z.ZodError || error instanceof WorldError || error instanceof SyntaxError;
      const message = error instanceof z.ZodError ? z.prettifyError(error) : String((error as Error).message);
      return reply.status(isBadInput ? 400 : 500).send({ error: message });
    });

    const parseBody = (request: FastifyRequest): unknown => JSON.parse(String(request.body || '{}'));
    const pathParameters = z.object({ id: z.string(), storeId: z.string().default('') });
    const answerRemoval = (reply: FastifyReply, existed: boolean, name: string) =>
      existed ? { ok: true } : reply.status(404).send({ error: `There is no ${name}.` });

    server.get('/__sim/health', () => {
      const { plans, bookings, reps, stores } = world.state();
      const counts = {
        stores: stores.length,
        reps: reps.length,
        plans: plans.length,
        bookings: bookings.length,
      };
      return { ok: true, ...counts };
    });
    server.get('/__sim/state', () => world.state());
    server.put('/__sim/state', (request) => {
      control.load(parseBody(request) as WorldInput);
      return { ok: true };
    });
    server.get('/__sim/settings', () => settings);
    server.patch('/__sim/settings', (request) => control.configure(parseBody(request)));
    server.get('/__sim/faults', () => faults.list());
    server.post('/__sim/faults', (request) => ({
      ids: control.addFaults(parseBody(request) as FaultInput[]),
    }));
    server.delete('/__sim/faults', () => {
      control.clearFaults();
      return { ok: true };
    });
    server.post('/__sim/sessions/expire', () => {
      control.expireSessions();
      return { ok: true };
    });
    server.get('/__sim/log', (request) => {
      const { call, since } = z
        .object({ call: z.string().optional(), since: z.coerce.number().default(0) })
        .parse(request.query);
      return log.filter((entry) => entry.seq > since && (!call || entry.call === call));
    });
    server.delete('/__sim/log', () => {
      control.clearLog();
      return { ok: true };
    });
    server.post('/__sim/plans', (request) => {
      control.putPlans(parseBody(request) as []);
      return { ok: true };
    });
    server.delete('/__sim/plans/:id/:storeId', (request, reply) => {
      const { id, storeId } = pathParameters.parse(request.params);
      return answerRemoval(reply, world.removePlan(id, storeId), `plan ${id} in store ${storeId}`);
    });
    server.post('/__sim/stores', (request) => {
      control.putStores(parseBody(request) as []);
      return { ok: true };
    });
    server.post('/__sim/reps', (request) => {
      control.putReps(parseBody(request) as []);
      return { ok: true };
    });
    server.delete('/__sim/reps/:id', (request, reply) => {
      const { id } = pathParameters.parse(request.params);
      return answerRemoval(reply, world.removeRep(id), `rep ${id}`);
    });
    server.post('/__sim/bookings', (request) => {
      const body = parseBody(request);
      const { keepCondition } = z.object({ keepCondition: z.boolean().default(false) }).parse(body);
      return control.book(inputs.booking.parse(body), keepCondition);
    });
    server.patch('/__sim/bookings/:id', (request) =>
      control.moveBooking(pathParameters.parse(request.params).id, parseBody(request) as object),
    );
    server.delete('/__sim/bookings/:id', (request, reply) => {
      const { id } = pathParameters.parse(request.params);
      return answerRemoval(reply, control.unbook(id), `booking ${id}`);
    });
    server.all('/__sim/*', (_request, reply) =>
      reply.status(404).send({
        error: 'Not on the switchboard.',
        switchboard: 'health, state, settings, faults, sessions/expire, log, plans, stores, reps, bookings',
      }),
    );
    server.all('/*', handle);
    return server;
  }

  return control;
}

export type Simulator = ReturnType<typeof createSimulator>;
