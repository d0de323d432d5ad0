import type { EventType, Holiday, PerType, Role, RoleLimit, StoreRules } from '@scheduler/scheduling';

/** With what the rules ask of a store. */
export interface BoardStore extends StoreRules {
  id: number;
  name: string;
  number: string;
  slots: PerType<string[]>;
}

export interface Store extends BoardStore {
  crossmarkStoreId: string;
  /** Minutes of new events that were set for it. */
  durations: PerType<number>;
  /** Of these settings. */
  version: number;
}

/** What a store's settings are and what they would be without. */
export interface Settings {
  store: Store;
  types: {
    type: EventType;
    slots: string[];
    usualSlots: string[];
    minutes: number;
    usualMinutes: number;
    /** Whose people do it without being asked why; all roles where nobody is limited. */
    roles: Role[];
    /** Whether others may do it with a reason. */
    roleLimit: RoleLimit;
    usualRoleLimit: RoleLimit;
  }[];
  holidays: (Holiday & { id: number })[];
  /** Live schedules from today on: what a change of zone concerns. */
  upcoming: number;
}
