import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Db,
  postgresError,
  USER_ROLES,
  type UserRole,
  userAccounts,
  userSessions,
  users,
  userVerifications,
} from '@scheduler/db';
import { cleanText, createBatcher } from '@scheduler/runtime';
import { currentTimeMs } from '@scheduler/runtime/clock';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError } from 'better-auth/api';
import { parseCookies } from 'better-auth/cookies';
import { constantTimeEqual, makeSignature } from 'better-auth/crypto';
import { type BetterAuthOptions, betterAuth } from 'better-auth/minimal';
import { and, eq, lt, sql } from 'drizzle-orm';
import { type AppName, CSRF_COOKIE, deviceCookie, sessionCookie } from './cookies.ts';
import { canonicalEmail, renewHash } from './create-user.ts';
import { type CsrfCheck, csrfCheck } from './csrf.ts';
import { type Device, deviceOf } from './device.ts';
import { checkPassword, HASH_PREFIX, hashPassword, inTurnOf, withRoom } from './hashing.ts';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from './password.ts';
import { AtOnce, beginSignIn, type Caller, TooEarly } from './throttle.ts';

/** A user and their session. */
export interface SessionUser {
  id: string;
  name: string;
  email: string;
  role: UserRole;
  /** The stores that the user may see and plan; null for all stores. */
  storeIds: readonly number[] | null;
  sessionId: string;
  /** When the session ends unless it is used before, in milliseconds since 1970. */
  sessionEndsAtMs: number;
}

/** The lifetimes of a session. */
export interface SessionLimits {
  /** The time without a request that a user's action caused. */
  idleHours: number;
  /** The time after which a session ends even if it is used. */
  maxHours: number;
}

/** Sign-in by e-mail and password, with sessions in Postgres. */
export interface Auth {
  /**
   * Answers requests below `/api/auth/` to sign in, to sign out and for the current session; all
   * others get 404. The request must carry the client's address in {@link CLIENT_ADDRESS_HEADER}
   * (and the app must drop the client's own value): sign-in is throttled by this address and by
   * account.
   */
  handler(request: Request): Promise<Response>;
  /**
   * Returns the user of a request's cookie. Null if the session has ended, was not used for too
   * long or belongs to another app, or if the user is disabled. A changed role applies at once, and so
   * does a change of their stores. A
   * request with {@link UNATTENDED_HEADER} does not count as use of its session.
   */
  userOf(headers: Headers): Promise<SessionUser | null>;
  /**
   * Returns the `set-cookie` line that makes a browser known for a user, whose sign-in attempts are
   * then counted separately from those of strangers. For users who proved their identity in another
   * way than by signing in.
   */
  rememberDevice(headers: Headers, email: string): string;
  /** Returns the CSRF check of the request's session; null for a request without a session. */
  csrfOf(headers: Headers): CsrfCheck | null;
}

/** The header in which an app passes the client's address to better-auth. */
export const CLIENT_ADDRESS_HEADER = 'x-scheduler-client-address';
/** The header of requests that a page sends without its user. */
export const UNATTENDED_HEADER = 'x-scheduler-unattended';

const HOUR_S = 3600;
/** The precision of a session's last use, so that reads seldom cause a write. */
const USE_NOTED_EVERY_MS = 60_000;

/**
 * The constraint that prevents a session from being opened with a password that was replaced
 * meanwhile.
 */
const SIGN_IN_VERSION = 'user_sessions_sign_in_version';
/** An e-mail address that can belong to a user. */
const LONGEST_EMAIL = 200;
/** The longest typed password; stored passwords are shorter. */
const LONGEST_TYPED_PASSWORD = 1_000;

/** The number of cookies whose signature is cached as valid. */
const MOST_REMEMBERED = 1_000;

/**
 * The open routes. better-auth has more, and with those a viewer could, for example, take an
 * admin's name.
 */
const OPEN_PATHS = ['/api/auth/sign-in/email', '/api/auth/sign-out'];

/** A sign-in attempt in progress in better-auth. */
interface Trial {
  /** The user's sign-in version before their password was looked at. */
  signInVersion: number;
  /** Whether any account has a hash of the first kind: see `checkPassword`. */
  asFirst: boolean;
  /** The hash that matched the password, and the one that replaces it. */
  renewed?: { before: string; after: string };
}

/** Receives better-auth's log lines, which never contain a password or a cookie. */
interface AuthLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Creates sign-in for one app. Sign-up is closed, and accounts can't be changed from outside.
 * Cookies are httpOnly and sameSite=lax; if `baseUrl` is https, they are also secure and bound to
 * the host. A request that changes something must come from a trusted origin.
 * @param options.app the app's own name, with which the name of its cookie begins. It separates the
 * sessions of apps on one host, because ports don't separate cookies
 */
export function createAuth(options: {
  db: Db;
  /** The secret, at least 32 characters. */
  secret: string;
  /** The address of the app in browsers, such as `https://scheduler.example.com`. */
  baseUrl: string;
  trustedOrigins: readonly string[];
  app: AppName;
  sessions: SessionLimits;
  log: AuthLog;
}): Auth {
  const { db, app } = options;
  const cookie = sessionCookie(app, options.baseUrl);
  const known = deviceCookie(app, options.baseUrl);
  const signingIn = new AsyncLocalStorage<Trial>();
  const tables = drizzleAdapter(db, {
    provider: 'pg',
    transaction: true,
    schema: { user: users, session: userSessions, account: userAccounts, verification: userVerifications },
  });
  const auth = betterAuth({
    database: (settings: BetterAuthOptions): ReturnType<typeof tables> => {
      const adapter = tables(settings);
      return {
        ...adapter,
        create: <T extends object, R = T>(row: Parameters<typeof adapter.create<T, R>>[0]) =>
          adapter.create<T, R>(row).catch((error: unknown) => {
            if (postgresError(error)?.constraint !== SIGN_IN_VERSION) throw error;
            throw new APIError('UNAUTHORIZED', { message: 'The password was replaced meanwhile.' });
          }),
      };
    },
    secret: options.secret,
    baseURL: options.baseUrl,
    basePath: '/api/auth',
    trustedOrigins: [...options.trustedOrigins],
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: LONGEST_PASSWORD,
      password: {
        // For unknown addresses; the result is discarded.
        hash: (password) => hashPassword(password, { asFirst: signingIn.getStore()?.asFirst ?? false }),
        verify: async ({ hash, password }) => {
          const trial = signingIn.getStore();
          const { matches, renewed } = await checkPassword(hash, password, {
            asFirst: trial?.asFirst ?? false,
          });
          if (trial && renewed) trial.renewed = { before: hash, after: renewed };
          return matches;
        },
      },
    },
    user: {
      additionalFields: {
        role: { type: [...USER_ROLES], required: false, defaultValue: 'viewer', input: false },
        disabledAt: { type: 'date', required: false, input: false },
      },
    },
    session: {
      // The absolute end. `userOf` checks for use, because better-auth's own check would postpone
      // the end without limit.
      expiresIn: options.sessions.maxHours * HOUR_S,
      disableSessionRefresh: true,
      additionalFields: {
        app: { type: 'string', required: false, input: false },
        signInVersion: { type: 'number', required: false, input: false },
      },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session) => {
            const [user] = await db
              .select({ disabledAt: users.disabledAt })
              .from(users)
              .where(eq(users.id, session.userId));
            if (!user || user.disabledAt !== null) return false;
            const nowMs = currentTimeMs();
            const expiresAt = new Date(nowMs + options.sessions.maxHours * HOUR_S * 1000);
            // Tests can move this clock, but not better-auth's.
            const times = { createdAt: new Date(nowMs), updatedAt: new Date(nowMs), expiresAt };
            const signInVersion = signingIn.getStore()?.signInVersion;
            if (signInVersion === undefined) throw new Error('A session can be opened only by signing in.');
            return { data: { ...session, ...times, app, signInVersion } };
          },
        },
      },
    },
    // Sign-ins are throttled below, across all servers and also by account. Requests with a session
    // are never throttled.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: app,
      // Otherwise better-auth adds its own prefix to the names.
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: cookie.secure },
      cookies: { session_token: { name: cookie.name } },
      // Both are off by default if NODE_ENV is `test`, and tests should run the same code as
      // production.
      disableCSRFCheck: false,
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      log: (level, message) =>
        level === 'error'
          ? options.log.error(`sign-in: ${message}`)
          : options.log.warn(`sign-in: ${message}`),
    },
  });

  const sessionsByToken = db
    .select({ session: userSessions, user: users })
    .from(userSessions)
    .innerJoin(users, eq(users.id, userSessions.userId))
    .where(
      sql`${userSessions.token} = any(array(select json_array_elements_text(${sql.placeholder('tokens')}::json)))`,
    )
    .prepare('sessions_by_token');
  // Every request reads its session. better-auth's own look-up takes two selects and four times the
  // CPU time.
  const sessionOf = createBatcher(
    async (tokens: readonly string[]) => {
      const rows = await sessionsByToken.execute({ tokens: JSON.stringify(tokens) });
      return tokens.map((token) => rows.find(({ session }) => session.token === token));
    },
    { maxSize: 100 },
  );

  /** Cookie values with a valid signature. The session itself is read each time. */
  const rightlySigned = new Set<string>();

  const cookiesOf = (headers: Headers) => parseCookies(headers.get('cookie') ?? '');

  /** The token of a session's cookie; null if the signature is invalid. */
  async function tokenOf(headers: Headers): Promise<string | null> {
    const signed = cookiesOf(headers).get(cookie.name) ?? '';
    const end = signed.lastIndexOf('.');
    if (end < 1) return null;
    const token = signed.slice(0, end);
    if (rightlySigned.has(signed)) return token;
    const signature = await makeSignature(token, options.secret);
    if (!constantTimeEqual(signature, signed.slice(end + 1))) return null;
    if (rightlySigned.size >= MOST_REMEMBERED) rightlySigned.clear();
    rightlySigned.add(signed);
    return token;
  }

  async function userOf(headers: Headers): Promise<SessionUser | null> {
    const token = await tokenOf(headers);
    if (token === null) return null;
    const row = await sessionOf(token);
    if (!row) return null;
    const { session, user } = row;
    // Sessions that are older than this column have no app; they end soon.
    if (session.app && session.app !== app) return null;
    if (user.disabledAt) return null;
    const idleMs = options.sessions.idleHours * HOUR_S * 1000;
    const sessionEndsAtMs = Math.min(session.updatedAt.getTime() + idleMs, session.expiresAt.getTime());
    if (sessionEndsAtMs <= currentTimeMs()) {
      await db.delete(userSessions).where(eq(userSessions.id, session.id));
      return null;
    }
    const unusedMs = currentTimeMs() - session.updatedAt.getTime();
    if (unusedMs > USE_NOTED_EVERY_MS && !headers.has(UNATTENDED_HEADER)) {
      await db.update(userSessions).set({ updatedAt: sql`app_now()` }).where(eq(userSessions.id, session.id));
    }
    const { id, name, email, storeIds } = user;
    const role = USER_ROLES.find((one) => one === user.role);
    // A role that this version doesn't know has no rights.
    return role ? { id, name, email, role, storeIds, sessionId: session.id, sessionEndsAtMs } : null;
  }

  /** Idle sessions of this app; only the app knows its idle time. */
  async function endIdleSessions(): Promise<void> {
    await db
      .delete(userSessions)
      .where(
        and(
          eq(userSessions.app, app),
          lt(userSessions.updatedAt, sql`app_now() - ${options.sessions.idleHours} * interval '1 hour'`),
        ),
      );
  }

  /**
   * Whether any account still has a hash of the first kind, which is replaced when its user signs
   * in.
   */
  async function hasFirstHashes(): Promise<boolean> {
    const others = sql`exists (select from ${userAccounts} where ${userAccounts.password} not like ${`${HASH_PREFIX}%`})`;
    const [row] = await db.execute<{ some: boolean }>(sql`select ${others} as some`);
    return row?.some ?? false;
  }

  const atOnce = new AtOnce();
  const deviceIn = (headers: Headers) =>
    deviceOf(cookiesOf(headers).get(known.name), { secret: options.secret, cookie: known });

  async function signIn(request: Request): Promise<Response> {
    const credentials = await credentialsIn(request);
    if (!credentials) {
      const message = `Send an e-mail address of ${LONGEST_EMAIL} characters at most and a password of ${LONGEST_TYPED_PASSWORD}.`;
      return refusal(400, message);
    }
    const { email, password } = credentials;
    const address = request.headers.get(CLIENT_ADDRESS_HEADER) ?? '';
    const canonical = canonicalEmail(email);
    const device = deviceIn(request.headers);
    const from = device.knows(canonical) ? { known: `device ${device.id}` } : { address };
    const tried = () => trySignIn(request, { email, password, canonical, address, device, from });
    return atOnce.run(from, () => withRoom(turnOf(from), tried));
  }

  async function trySignIn(
    request: Request,
    credentials: {
      email: string;
      password: string;
      /** The canonical address. */
      canonical: string;
      address: string;
      device: Device;
      from: Caller;
    },
  ): Promise<Response> {
    const { email, password, canonical, address, device, from } = credentials;
    const [user] = await db
      .select({ id: users.id, signInVersion: users.signInVersion })
      .from(users)
      .where(eq(users.email, canonical));
    // The typed address is not logged, because people sometimes type their password there.
    const whoFrom = `${user ? `user ${user.id}` : 'an unknown e-mail address'}, from ${address}`;
    const asFirst = await hasFirstHashes();
    const attempt = await beginSignIn(db, { email: canonical, from }).catch((error: unknown) => {
      if (error instanceof TooEarly) options.log.warn(`sign-in: throttled, ${whoFrom}`);
      throw error;
    });
    const before = await userOf(request.headers);
    const headers = new Headers(request.headers);
    headers.delete('content-length');
    const body = JSON.stringify({ email, password });
    const checked = new Request(request.url, { method: 'POST', headers, body });
    const trial: Trial = { signInVersion: user?.signInVersion ?? 0, asFirst };
    const answer = await inTurnOf(turnOf(from), () => signingIn.run(trial, () => auth.handler(checked)));
    if (!answer.ok) {
      options.log.warn(`sign-in: refused, ${whoFrom}`);
      // The same answer for a wrong password, an unknown address and a disabled user.
      return answer.status === 401 ? refusal(401, 'E-mail or password is wrong.') : answer;
    }
    await attempt.succeeded();
    if (user && trial.renewed) await renewHash(db, user.id, trial.renewed);
    await endIdleSessions();
    // After a repeated sign-in the browser has one session, not two.
    if (before) await db.delete(userSessions).where(eq(userSessions.id, before.sessionId));
    options.log.info(`sign-in: right, ${whoFrom}`);
    // Scripts can't read the session's cookie, but better-auth's own answer also contains the
    // session.
    const accepted = Response.json({ ok: true });
    for (const line of answer.headers.getSetCookie()) accepted.headers.append('set-cookie', line);
    accepted.headers.append('set-cookie', device.remember(canonical));
    return accepted;
  }

  return {
    userOf,
    rememberDevice: (headers, email) => deviceIn(headers).remember(canonicalEmail(email)),
    csrfOf: (headers) => {
      const cookies = cookiesOf(headers);
      const session = cookies.get(cookie.name);
      if (!session) return null;
      const held = cookies.get(CSRF_COOKIE);
      return csrfCheck({ session, held, secret: options.secret, secure: cookie.secure });
    },
    handler: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/api/auth/get-session' && request.method === 'GET') {
        const user = await userOf(request.headers);
        if (!user) return Response.json(null);
        const { id, name, email, role, storeIds } = user;
        return Response.json({ user: { id, name, email, role, storeIds } });
      }
      if (!OPEN_PATHS.includes(pathname)) return refusal(404, 'There is nothing here.');
      if (!pathname.endsWith('/sign-in/email')) return auth.handler(request);
      try {
        return await signIn(request);
      } catch (error) {
        if (!(error instanceof TooEarly)) throw error;
        const message = `Too many attempts. Wait for ${error.waitS} seconds, then try again.`;
        return refusal(429, message, { 'retry-after': String(error.waitS) });
      }
    },
  };
}

/**
 * The e-mail address and password of a sign-in request; null if they are missing or too long to be
 * valid.
 */
async function credentialsIn(request: Request): Promise<{ email: string; password: string } | null> {
  const body: unknown = await request.json().catch(() => null);
  if (!body || typeof body !== 'object' || !('email' in body) || !('password' in body)) return null;
  const { email, password } = body;
  if (typeof email !== 'string' || typeof password !== 'string') return null;
  if (email.length > LONGEST_EMAIL || password.length > LONGEST_TYPED_PASSWORD) return null;
  // Postgres accepts neither NUL nor lone surrogates.
  if (email !== cleanText(email)) return null;
  return { email, password };
}

const turnOf = (from: Caller) => ('known' in from ? 'known' : 'strangers');

const refusal = (status: number, message: string, headers: Record<string, string> = {}): Response =>
  Response.json({ message }, { status, headers });
