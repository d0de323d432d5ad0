import { expect, test } from 'vitest';
import type { CrossmarkClient } from './client.ts';
import { bookingId, employeeNumber, InvalidIdError, mplanId, repId, storeId } from './ids.ts';

test('ids of different kinds do not compile in each other’s place', () => {
  const misuse = (client: CrossmarkClient) => [
    // @ts-expect-error A plan id is no booking id.
    () => client.unschedule({ bookingId: mplanId('31000001') }),
    // @ts-expect-error A plain string is no booking id.
    () => client.unschedule({ bookingId: '50000001' }),
    // @ts-expect-error An employee number is no RepID.
    () => client.schedule({ ...event, ...times, repId: employeeNumber('US100001') }),
    // @ts-expect-error A store id is no plan id.
    () => client.findEvent({ mplanId: storeId('200101'), storeId: storeId('200101'), timeZone: 'UTC' }),
    // @ts-expect-error A RepID is no store id.
    () => client.locationCondition({ mplanId: mplanId('31000001'), storeId: repId('140001') }),
    () => client.schedule({ ...event, ...times, repId: repId('140001') }),
  ];
  const event = { mplanId: mplanId('31000001'), storeId: storeId('200101') };
  const times = { startsAt: '', endsAt: '', timeZone: 'UTC' };
  expect(misuse).toBeTypeOf('function');
});

test.each([
  [repId, 'US100001'],
  [bookingId, '31000001_200101'],
  [bookingId, '50000001_schedule'],
  [storeId, ''],
  [mplanId, '31 000'],
  [employeeNumber, '140001'],
  [bookingId, '0'],
  [mplanId, '0'],
  [mplanId, '031000001'],
])('an id without the form of its kind is refused (%#)', (parse, text) => {
  expect(() => parse(text)).toThrow(InvalidIdError);
});
