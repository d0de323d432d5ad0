/** The apps that people sign in to. A session and its cookie belong to one app. */
export type AppName = 'scheduler' | 'scheduler-admin';

/**
 * Cookie with the token that a change must send back in {@link CSRF_HEADER}. The page's scripts
 * read it. It has no prefix, because axios in bull-board's page reads this name. A token set by an
 * attacker is not accepted.
 */
export const CSRF_COOKIE = 'XSRF-TOKEN';
export const CSRF_HEADER = 'x-xsrf-token';

/** A cookie of an app: its name, and whether browsers send it over https only. */
export interface AppCookie {
  name: string;
  secure: boolean;
}

/**
 * The session cookie of an app at an address such as `https://scheduler.example.com`. Code that
 * sets, reads or signs the cookie takes its name from here. Over https the name begins with
 * `__Host-`, so that no other host of the domain can set it (with `__Secure-` one could). Over http
 * browsers refuse both prefixes, so the name has none.
 */
export const sessionCookie = (app: AppName, baseUrl: string): AppCookie =>
  appCookie(app, 'session_token', baseUrl);

/** The cookie by which an app recognizes a browser, named in the same way. */
export const deviceCookie = (app: AppName, baseUrl: string): AppCookie => appCookie(app, 'device', baseUrl);

function appCookie(app: AppName, suffix: string, baseUrl: string): AppCookie {
  const secure = new URL(baseUrl).protocol === 'https:';
  return { name: `${secure ? '__Host-' : ''}${app}.${suffix}`, secure };
}
