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

/** Who is signed in, and in which session. */
export interface SessionUser {
  id: string;
  name: string;
  email: string;
  role: UserRole;
  sessionId: string;
  /** When the session is over unless it is used meanwhile, in milliseconds since 1970. */
  sessionEndsAtMs: number;
}

/** How long a session lasts. */
export interface SessionLimits {
  /** Without a request that somebody's doing caused. */
  idleHours: number;
  /** However much it is used. */
  maxHours: number;
}

/** Sign-in by e-mail and password, with sessions in Postgres. */
export interface Auth {
  /**
   * Answers signing in, signing out and who is signed in, below `/api/auth/`; anything else there is 404. The request
   * must carry the client's address in {@link CLIENT_ADDRESS_HEADER} (and drop what the client itself put there):
   * sign-in is throttled by it and by the account.
   */
  handler(request: Request): Promise<Response>;
  /**
   * Who sent a request, by its cookie; null for nobody: a session that ended, idled too long or was opened in another app,
   * a user who is disabled. A role that was changed counts at once. A request with {@link UNATTENDED_HEADER} doesn't keep
   * its session from idling.
   */
  userOf(headers: Headers): Promise<SessionUser | null>;
  /**
   * The `set-cookie` line by which the browser of a request is known for a user from now on: their tries at signing in are
   * counted apart from strangers'. For whoever has proved to be that user in another way than by signing in.
   */
  rememberDevice(headers: Headers, email: string): string;
  /** What a change with this request's session must prove; null for a request without one, which is nobody's. */
  csrfOf(headers: Headers): CsrfCheck | null;
}

/** Header in which an app tells better-auth the address of the client. */
export const CLIENT_ADDRESS_HEADER = 'x-scheduler-client-address';
/** Header of requests that a page makes by itself, with nobody at it. */
export const UNATTENDED_HEADER = 'x-scheduler-unattended';

const HOUR_S = 3600;
/** A session's last use is written down this exactly: reading must not become writing. */
const USE_NOTED_EVERY_MS = 60_000;

/** What keeps a session from being opened by a password that was replaced meanwhile. */
const SIGN_IN_VERSION = 'user_sessions_sign_in_version';
/** An e-mail address that can belong to a user. */
const LONGEST_EMAIL = 200;
/** What somebody may type as a password; one that is kept is shorter. */
const LONGEST_TYPED_PASSWORD = 1_000;

/** Cookies whose signature is remembered as right. */
const MOST_REMEMBERED = 1_000;

/** better-auth has more: what no page of ours offers is closed, or a viewer could take an admin's name. */
const OPEN_PATHS = ['/api/auth/sign-in/email', '/api/auth/sign-out'];

/** A try at signing in, while better-auth works on it. */
interface Trial {
  /** The user's sign-in version before their password was looked at. */
  signInVersion: number;
  /** Whether any account has a hash of the first kind: see `checkPassword`. */
  asFirst: boolean;
  /** The hash that the password was right for, and the one to put in its place. */
  renewed?: { before: string; after: string };
}

/** Lines that better-auth writes; never with a password or a cookie in them. */
interface AuthLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Sets up sign-in for one app. Sign-up is closed, accounts can't be changed from outside, cookies are httpOnly and
 * sameSite=lax (where `baseUrl` is https also secure and bound to the host), and a request that changes something must
 * come from a trusted origin.
 * @param options.app one for each app, and the start of its cookie's name: apps on one host (ports don't separate cookies)
 * must not mix sessions up
 */
export function createAuth(options: {
  db: Db;
  /** At least 32 characters. */
  secret: string;
  /** Where browsers find the app, such as `https://scheduler.example.com`. */
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
        // For addresses that are nobody's: it is thrown away.
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
      // The absolute end. Idling is looked at in userOf: better-auth's own way would let an end recede for ever.
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
            // Times of our own clock, in place of better-auth's.
            const times = { createdAt: new Date(nowMs), updatedAt: new Date(nowMs), expiresAt };
            const signInVersion = signingIn.getStore()?.signInVersion;
            if (signInVersion === undefined) throw new Error('A session is opened by signing in alone.');
            return { data: { ...session, ...times, app, signInVersion } };
          },
        },
      },
    },
    // Ways in are throttled below, over all servers and by account as well; signed-in work never is.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: app,
      // It would put a prefix of its own before the names.
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: cookie.secure },
      cookies: { session_token: { name: cookie.name } },
      // Both are off by default where NODE_ENV is `test`; what is tested is what runs.
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
  // Every request asks for one, and better-auth's own look-up takes two selects and four times the processor's time.
  const sessionOf = createBatcher(
    async (tokens: readonly string[]) => {
      const rows = await sessionsByToken.execute({ tokens: JSON.stringify(tokens) });
      return tokens.map((token) => rows.find(({ session }) => session.token === token));
    },
    { maxSize: 100 },
  );

  /** Values of cookies whose signature was right. That they are signed says nothing of their sessions: those are looked up. */
  const rightlySigned = new Set<string>();

  const cookiesOf = (headers: Headers) => parseCookies(headers.get('cookie') ?? '');

  /** The token in a session's cookie; null where nobody here signed it. */
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
    // Sessions from before this column was there have none, and soon end.
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
    const { id, name, email } = user;
    const role = USER_ROLES.find((one) => one === user.role);
    // A role that this version doesn't know may do nothing.
    return role ? { id, name, email, role, sessionId: session.id, sessionEndsAtMs } : null;
  }

  /** Those that nobody came back to: how long that may be is known to the app in which they were opened. */
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

  /** Whether an account has a hash of the first kind still; it is renewed when its user signs in. */
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
      /** The address as users are kept by. */
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
    // Not as it was typed: that is now and then a password.
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
      // The same for a wrong password, an unknown address and somebody who is disabled.
      return answer.status === 401 ? refusal(401, 'E-mail or password is wrong.') : answer;
    }
    await attempt.succeeded();
    if (user && trial.renewed) await renewHash(db, user.id, trial.renewed);
    await endIdleSessions();
    // Who signs in again has one session in this browser, not two.
    if (before) await db.delete(userSessions).where(eq(userSessions.id, before.sessionId));
    options.log.info(`sign-in: right, ${whoFrom}`);
    // The session is in the cookie, which scripts can't read; better-auth's own answer has it once more.
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
        const { name, email, role } = user;
        return Response.json({ user: { name, email, role } });
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

/** The e-mail address and password that a request to sign in brings; null where they are missing or too long to be right. */
async function credentialsIn(request: Request): Promise<{ email: string; password: string } | null> {
  const body: unknown = await request.json().catch(() => null);
  if (!body || typeof body !== 'object' || !('email' in body) || !('password' in body)) return null;
  const { email, password } = body;
  if (typeof email !== 'string' || typeof password !== 'string') return null;
  if (email.length > LONGEST_EMAIL || password.length > LONGEST_TYPED_PASSWORD) return null;
  // No database takes a NUL, nor half of a character.
  if (email !== cleanText(email)) return null;
  return { email, password };
}

const turnOf = (from: Caller) => ('known' in from ? 'known' : 'strangers');

const refusal = (status: number, message: string, headers: Record<string, string> = {}): Response =>
  Response.json({ message }, { status, headers });
