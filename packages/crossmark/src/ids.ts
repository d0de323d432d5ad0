import { cleanText } from '@scheduler/runtime';

/**
 * Crossmark's identifiers. They look alike (digits) and were once mixed up: a plan id sent where a booking id
 * belongs deletes nothing and says so to nobody. Each has its own type, so a mix-up doesn't compile.
 */
declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** `mPlanID`, 8 digits. One plan may run in several stores: an event is `(MplanId, StoreId)`. */
export type MplanId = Id<'MplanId'>;
/** `scheduleEventID` = `MVScheduledEvent.ID`, 8 digits: a booking, and the only id that unschedules. */
export type BookingId = Id<'BookingId'>;
/** `RepID`, 5–6 digits: a person in writes. Never the employee number. */
export type RepId = Id<'RepId'>;
/** `US` + 6 digits: shown to people, never sent as a RepID. */
export type EmployeeNumber = Id<'EmployeeNumber'>;
/** `storeID` = `LocationID`, 6 digits. Not the store's number. */
export type StoreId = Id<'StoreId'>;

/** An id that isn't of its kind's shape: sent nowhere. */
export class InvalidIdError extends Error {
  override readonly name = 'InvalidIdError';
}

/** Of what should be an id and isn't: enough to find it by. */
export const LONGEST_SHOWN_ID = 40;

const digits =
  <T extends string>(label: string, pattern: RegExp) =>
  (value: string | number): T => {
    const text = String(value).trim();
    if (!pattern.test(text)) {
      const shown = cleanText(text, LONGEST_SHOWN_ID);
      throw new InvalidIdError(`"${shown}" is not a ${label} (${pattern.source}).`);
    }
    return text as T;
  };

/** Nothing is number 0: it stands for none. */
const NUMBER = /^[1-9]\d{0,11}$/;
/** Reads a plan id; throws {@link InvalidIdError}. */
export const mplanId = digits<MplanId>('plan id', NUMBER);
/** Whether a text is a plan id just as it stands. */
export const isMplanId = (text: string): text is MplanId => NUMBER.test(text);
/** Reads a booking id; throws {@link InvalidIdError}. */
export const bookingId = digits<BookingId>('booking id', NUMBER);
/** Reads a RepID; throws {@link InvalidIdError}, also for an employee number. */
export const repId = digits<RepId>('RepID', /^\d{1,12}$/);
/** Reads an employee number; throws {@link InvalidIdError}. */
export const employeeNumber = digits<EmployeeNumber>('employee number', /^[A-Z]{2}\d{6}$/);
/** Reads a store id; throws {@link InvalidIdError}. */
export const storeId = digits<StoreId>('store id', /^\d{1,12}$/);
