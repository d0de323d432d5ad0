import { cleanText } from '@scheduler/runtime';

/**
 * Crossmark's identifiers. They all consist of digits, and an older client confused them. A plan id
 * sent in place of a booking id removes no booking and causes no error. Each kind has its own type,
 * so that such a mistake does not compile.
 */
declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** `mPlanID`, 8 digits. One plan may run in several stores: an event is `(MplanId, StoreId)`. */
export type MplanId = Id<'MplanId'>;
/** `scheduleEventID` = `MVScheduledEvent.ID`, 8 digits: a booking. Only this id unschedules. */
export type BookingId = Id<'BookingId'>;
/** `RepID`, 5–6 digits: identifies a person in writes. It is never the employee number. */
export type RepId = Id<'RepId'>;
/** `US` and 6 digits: shown to people and never sent as a RepID. */
export type EmployeeNumber = Id<'EmployeeNumber'>;
/** `storeID` = `LocationID`, 6 digits. It is not the store's number. */
export type StoreId = Id<'StoreId'>;

/** An id without the form of its kind. It is never sent. */
export class InvalidIdError extends Error {
  override readonly name = 'InvalidIdError';
}

/** Characters of an invalid id that an error message shows. */
export const LONGEST_SHOWN_ID = 40;

const idParser =
  <T extends string>(label: string, pattern: RegExp) =>
  (value: string | number): T => {
    const text = String(value).trim();
    if (!pattern.test(text)) {
      const excerpt = cleanText(text, LONGEST_SHOWN_ID);
      throw new InvalidIdError(`"${excerpt}" is not a ${label} (${pattern.source}).`);
    }
    return text as T;
  };

/** Crossmark uses 0 for "none", so no id is 0. */
const NUMBER = /^[1-9]\d{0,11}$/;
/** Parses a plan id; throws {@link InvalidIdError}. */
export const mplanId = idParser<MplanId>('plan id', NUMBER);
/** Whether a text is a plan id as it stands, without conversion. */
export const isMplanId = (text: string): text is MplanId => NUMBER.test(text);
/** Parses a booking id; throws {@link InvalidIdError}. */
export const bookingId = idParser<BookingId>('booking id', NUMBER);
/** Parses a RepID; throws {@link InvalidIdError}, also for an employee number. */
export const repId = idParser<RepId>('RepID', /^\d{1,12}$/);
/** Parses an employee number; throws {@link InvalidIdError}. */
export const employeeNumber = idParser<EmployeeNumber>('employee number', /^[A-Z]{2}\d{6}$/);
/** Parses a store id; throws {@link InvalidIdError}. */
export const storeId = idParser<StoreId>('store id', /^\d{1,12}$/);
