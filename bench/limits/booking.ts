import { Pool } from 'undici';

/** A booking to post, with the fields of Crossmark's form. */
export interface BookingForm {
  mPlanID: string;
  LocationID: string;
  RepID: string;
  /** Local time with its offset. */
  Start: string;
  End: string;
}

/** Posts bookings to a Crossmark simulator after one sign-in, and does nothing else. */
export function createBooker(options: {
  baseUrl: string;
  userId: string;
  password: string;
  /** Whether to read the event first, as the scheduler does before it writes. */
  readFirst: boolean;
  connections: number;
}): (form: BookingForm) => Promise<void> {
  const pool = new Pool(options.baseUrl, { connections: options.connections });
  let signingIn: Promise<string> | undefined;

  async function signIn(): Promise<string> {
    const answer = await pool.request({
      method: 'POST',
      path: '/login/authenticate',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        UserType: 'MVEntityUser',
        UserID: options.userId,
        Password: options.password,
        Timezone: 'America/Indiana/Indianapolis',
      }),
    });
    await answer.body.dump();
    // PHP sends two cookies of one name; the last one counts.
    const cookie = [answer.headers['set-cookie'] ?? []].flat().at(-1)?.split(';')[0];
    if (answer.statusCode !== 200 || !cookie) throw new Error('The sign-in failed.');
    return cookie;
  }

  async function call(path: string, cookie: string, body?: string): Promise<unknown> {
    const answer = await pool.request({
      method: body === undefined ? 'GET' : 'POST',
      path,
      headers: {
        cookie,
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return JSON.parse(await answer.body.text());
  }

  return async (form) => {
    signingIn ??= signIn();
    const cookie = await signingIn;
    if (options.readFirst) {
      const item = { id: 1, value: [form.mPlanID], displayValue: [form.mPlanID], exactmatch: true };
      const fields = { searchTerms: { mPlanID: { name: 'mPlanID', title: 'mPlan ID', items: [item] } } };
      const query = new URLSearchParams({ searchFields: JSON.stringify(fields), start: '0', limit: '100' });
      const { mplans } = (await call(`/planningextcontroller/getPlanningMplans?${query}`, cookie)) as {
        mplans: unknown[];
      };
      if (mplans.length !== 1) throw new Error(`Plan ${form.mPlanID} is not listed.`);
    }
    const sent = { ClassName: 'MVScheduledmPlan', ...form, hash: '', v: '3.0.1', PlanningOverride: 'true' };
    const body = new URLSearchParams(sent).toString();
    const { ok } = (await call('/planningextcontroller/scheduleMplanEvent', cookie, body)) as { ok: number };
    if (ok !== 1) throw new Error(`Plan ${form.mPlanID} was not booked.`);
  };
}

/** Reads the settings of the programs in this folder from the environment, and creates a booker. */
export function bookerFromEnv(concurrency: number) {
  return createBooker({
    baseUrl: setting('CROSSMARK_BASE_URL'),
    userId: setting('CROSSMARK_USER_ID'),
    password: setting('CROSSMARK_PASSWORD'),
    readFirst: process.env.READ_FIRST === 'true',
    connections: concurrency,
  });
}

/** Returns a required setting. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}
