import {
  type Db,
  USER_ROLES,
  type UserRole,
  userAccounts,
  userSessions,
  users,
  userVerifications,
} from '@scheduler/db';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { betterAuth } from 'better-auth/minimal';
import { SHORTEST_PASSWORD } from './create-user.ts';

/** Who is signed in. */
export interface SessionUser {
  id: string;
  name: string;
  email: string;
  role: UserRole;
}

/** Sign-in by e-mail and password, with sessions in Postgres. */
export interface Auth {
  /**
   * Answers signing in, signing out and who is signed in, below `/api/auth/`; anything else there is 404. The request
   * must carry the client's address in {@link CLIENT_ADDRESS_HEADER} (and drop what the client itself put there):
   * sign-in is throttled by it.
   */
  handler(request: Request): Promise<Response>;
  /** Who sent a request, by its cookie; null for nobody. A role that was changed counts at once. */
  userOf(headers: Headers): Promise<SessionUser | null>;
}

/** Header in which an app tells better-auth the address of the client. */
export const CLIENT_ADDRESS_HEADER = 'x-scheduler-client-address';

const HOUR_S = 3600;
/** Sign-ins from one address within a minute, right or wrong; an office behind one address must get in on a Monday. */
const SIGN_INS_A_MINUTE = 20;

/** better-auth has more: what no page of ours offers is closed, or a viewer could take an admin's name. */
const OPEN_PATHS = ['/api/auth/sign-in/email', '/api/auth/sign-out', '/api/auth/get-session'];

/** Lines that better-auth writes; never with a password or a cookie in them. */
interface AuthLog {
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Sets up sign-in for one app. Sign-up is closed, accounts can't be changed from outside, cookies are httpOnly and
 * sameSite=lax (secure where `baseUrl` is https), and a request that changes something must come from a trusted origin.
 * @param options.cookiePrefix one for each app: apps on one host (ports don't separate cookies) must not mix sessions up
 */
export function createAuth(options: {
  db: Db;
  /** At least 32 characters. */
  secret: string;
  /** Where browsers find the app, such as `https://scheduler.example.com`. */
  baseUrl: string;
  trustedOrigins: readonly string[];
  cookiePrefix: string;
  log: AuthLog;
}): Auth {
  const auth = betterAuth({
    database: drizzleAdapter(options.db, {
      provider: 'pg',
      transaction: true,
      schema: { user: users, session: userSessions, account: userAccounts, verification: userVerifications },
    }),
    secret: options.secret,
    baseURL: options.baseUrl,
    basePath: '/api/auth',
    trustedOrigins: [...options.trustedOrigins],
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
    },
    user: {
      additionalFields: {
        role: { type: [...USER_ROLES], required: false, defaultValue: 'viewer', input: false },
      },
    },
    session: { expiresIn: 7 * 24 * HOUR_S, updateAge: HOUR_S },
    // Signed-in work is never throttled, only ways in are.
    rateLimit: {
      enabled: true,
      storage: 'memory',
      window: 60,
      max: 600,
      customRules: {
        '/sign-in/*': { window: 60, max: SIGN_INS_A_MINUTE },
        '/get-session': false,
        '/sign-out': false,
      },
    },
    advanced: {
      cookiePrefix: options.cookiePrefix,
      useSecureCookies: options.baseUrl.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
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

  return {
    handler: async (request) =>
      OPEN_PATHS.includes(new URL(request.url).pathname)
        ? auth.handler(request)
        : Response.json({ code: 'NOT_FOUND', message: 'There is nothing here.' }, { status: 404 }),
    userOf: async (headers) => {
      const found = await auth.api.getSession({ headers });
      if (!found) return null;
      const { id, name, email } = found.user;
      const role = USER_ROLES.find((one) => one === found.user.role);
      // A role that this version doesn't know may do nothing.
      return role ? { id, name, email, role } : null;
    },
  };
}
