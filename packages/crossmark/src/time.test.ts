import { describe, expect, test, vi } from 'vitest';
import { DEMO_USER } from '../simulator/index.ts';
import {
  ALL,
  BOOKING,
  CLUB,
  collect,
  connect,
  INDIANA,
  OTHER_CLUB,
  PHOENIX,
  simulate,
} from './test-support.ts';

describe('time', () => {
  const days = [
    // Both changes of 2026 in Indiana are on 8 March and 1 November; Arizona has none.
    [
      'Indiana before spring',
      CLUB,
      INDIANA,
      '2026-03-07T15:45:00.000Z',
      '2026-03-07T10:45:00-05:00',
      '03/07/2026 10:45:00 AM',
    ],
    [
      'Indiana on the day of spring',
      CLUB,
      INDIANA,
      '2026-03-08T14:45:00.000Z',
      '2026-03-08T10:45:00-04:00',
      '03/08/2026 10:45:00 AM',
    ],
    [
      'Indiana across the spring gap',
      CLUB,
      INDIANA,
      '2026-03-08T06:30:00.000Z',
      '2026-03-08T01:30:00-05:00',
      '03/08/2026 01:30:00 AM',
    ],
    [
      'Indiana before autumn',
      CLUB,
      INDIANA,
      '2026-10-31T14:45:00.000Z',
      '2026-10-31T10:45:00-04:00',
      '10/31/2026 10:45:00 AM',
    ],
    [
      'Indiana on the day of autumn',
      CLUB,
      INDIANA,
      '2026-11-01T15:45:00.000Z',
      '2026-11-01T10:45:00-05:00',
      '11/01/2026 10:45:00 AM',
    ],
    [
      'Arizona in winter',
      OTHER_CLUB,
      PHOENIX,
      '2026-01-05T19:00:00.000Z',
      '2026-01-05T12:00:00-07:00',
      '01/05/2026 12:00:00 PM',
    ],
    [
      'Arizona in summer',
      OTHER_CLUB,
      PHOENIX,
      '2026-07-05T07:00:00.000Z',
      '2026-07-05T00:00:00-07:00',
      '07/05/2026 12:00:00 AM',
    ],
  ] as const;

  test.each(days.flatMap((day) => ['UTC', 'Asia/Tokyo'].map((server) => [server, ...day] as const)))(
    'with the server in %s, %s is booked and read back at its wall time',
    async (server, _name, storeId, timeZone, startsAt, sent, wall) => {
      vi.stubEnv('TZ', server);
      const simulator = await simulate();
      const client = connect(simulator.url);
      const endsAt = new Date(Date.parse(startsAt) + 390 * 60_000).toISOString();
      const booking = await client.schedule({ ...BOOKING, storeId, timeZone, startsAt, endsAt });
      vi.unstubAllEnvs();
      expect(booking).toMatchObject({ startsAt, endsAt });
      expect(simulator.log.at(-1)?.params.Start).toBe(sent);
      expect(simulator.state.bookings).toMatchObject([{ startsAt, endsAt }]);
      const { rows } = await collect(client.listEvents(ALL));
      expect(rows.find((row) => row.storeId === storeId)).toMatchObject({ startsAt });
      const listed = JSON.stringify(await rawList(simulator.url));
      expect(listed).toContain(wall);
    },
  );

  async function rawList(url: string): Promise<unknown> {
    const signedIn = await fetch(`${url}/login/authenticate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ UserID: DEMO_USER.userId, Password: DEMO_USER.password }),
    });
    const cookie = signedIn.headers.getSetCookie().at(-1)?.split(';')[0] ?? '';
    const answer = await fetch(`${url}/planningextcontroller/getPlanningMplans?start=0&limit=10`, {
      headers: { cookie },
    });
    expect(answer.headers.get('content-type')).toBe('text/html; charset="utf-8"');
    return answer.json();
  }
});
