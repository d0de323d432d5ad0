import type { Reason } from '@scheduler/scheduling';
import type { BoardEvent, BoardSchedule } from '@scheduler/server/router';
import type { Overridable } from '../planning/reason-dialog.tsx';

/** The dialog or menu that is open over the board. An event's panel is in the address instead. */
export type OpenDialog =
  | { kind: 'choose'; employeeId: number; day: string }
  | { kind: 'plan'; event: BoardEvent; day?: string; employeeId?: number }
  | { kind: 'change'; mode: 'move' | 'person'; schedule: BoardSchedule }
  | { kind: 'trade'; schedule: BoardSchedule; partnerId?: number }
  | { kind: 'reason'; edit: Overridable; reasons: readonly Reason[] }
  | { kind: 'menu'; schedule: BoardSchedule; button: HTMLElement }
  | { kind: 'off'; employeeId: number; day: string }
  | { kind: 'closed'; day: string }
  | { kind: 'copy' }
  | { kind: 'keys' };
