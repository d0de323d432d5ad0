import type {
  EventType,
  Holiday,
  PerType,
  Role,
  RoleLimit,
  SlotTimesByStart,
  StoreRules,
} from '@scheduler/scheduling';

/** A store with the facts that the rules need. */
export interface BoardStore extends StoreRules {
  id: number;
  name: string;
  number: string;
  slots: PerType<string[]>;
  /** Lunch and end of usual starts that were set for the store, for printed pages. */
  slotTimes: PerType<SlotTimesByStart>;
}

export interface Store extends BoardStore {
  crossmarkStoreId: string;
  /** The durations of new events that were set for the store, in minutes. */
  durations: PerType<number>;
  /**
   * The settings of plans that differ from the product's defaults. `plan.settings` returns all of
   * them.
   */
  planning: Record<string, unknown>;
  /** Of these settings. */
  version: number;
}

/** A store's settings and their defaults. */
export interface Settings {
  store: Store;
  types: {
    type: EventType;
    slots: string[];
    usualSlots: string[];
    minutes: number;
    usualMinutes: number;
    /** The roles that need no reason; all roles if there is no limit. */
    roles: Role[];
    /** Whether other roles may do it with a reason. */
    roleLimit: RoleLimit;
    usualRoleLimit: RoleLimit;
  }[];
  holidays: (Holiday & { id: number })[];
  /** The number of live schedules from today on, which a change of zone affects. */
  upcoming: number;
}
