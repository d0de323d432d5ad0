/** The apps that people sign in to. A session and its cookie belong to one of them. */
export type AppName = 'scheduler' | 'scheduler-admin';

/**
 * Cookie with the token that a change must send back in {@link CSRF_HEADER}. The page's scripts read it. It has no prefix because
 * axios, which bull-board's page uses, looks for this name; a token that was planted is worth nothing.
 */
export const CSRF_COOKIE = 'XSRF-TOKEN';
export const CSRF_HEADER = 'x-xsrf-token';

/** A cookie of an app: its name, and whether browsers send it by https alone. */
export interface AppCookie {
  name: string;
  secure: boolean;
}

/**
 * The session cookie of an app at an address such as `https://scheduler.example.com`. Whatever sets, reads or signs it takes the name
 * from here. By https the name begins with `__Host-`, so that no other host of the domain can set it (with `__Secure-` one could). By
 * http browsers refuse both prefixes, and the name has none.
 */
export const sessionCookie = (app: AppName, baseUrl: string): AppCookie =>
  appCookie(app, 'session_token', baseUrl);

/** The cookie by which an app knows a browser again, named likewise. */
export const deviceCookie = (app: AppName, baseUrl: string): AppCookie => appCookie(app, 'device', baseUrl);

function appCookie(app: AppName, what: string, baseUrl: string): AppCookie {
  const secure = new URL(baseUrl).protocol === 'https:';
  return { name: `${secure ? '__Host-' : ''}${app}.${what}`, secure };
}
