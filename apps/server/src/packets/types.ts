import type { InstructionsState, TemplateLevel } from '@scheduler/db';
import type { Instant, WorkDate } from '@scheduler/scheduling';

/** A store's own PDF file, which is part of packets. */
export interface PaperTemplate {
  id: number;
  name: string;
  level: TemplateLevel;
  /** The place among the store's templates, from 1. */
  position: number;
  isActive: boolean;
  /** In bytes. */
  size: number;
  pages: number;
  version: number;
  uploadedBy: string;
  uploadedAt: Instant;
}

/** How far an event's file of instructions has been fetched; `no_link` if there is nothing to fetch. */
export interface Instructions {
  state: InstructionsState | 'no_link' | 'not_requested';
  /** The link without what may be secret in it. */
  source: string | null;
  /** Why the last attempt failed, as a sentence. */
  failure: string | null;
  /** The file that packets contain. */
  file: { size: number; pages: number; fetchedAt: Instant } | null;
}

/** An event of a packet. */
export interface PacketEvent {
  eventId: number;
  title: string;
  eventNumber: string | null;
  person: string | null;
  startsAt: Instant | null;
  /** The pages of its instructions; null if they are missing. */
  pages: number | null;
  /** Why the instructions are missing, or may be old, as a sentence. */
  reason: string | null;
}

/** Parts that a finished file of a packet lacks, for one reason. */
export interface PacketGap {
  /** As a sentence; null for instructions that were missing before the file was made. */
  reason: string | null;
  /** Events whose instructions are not in the file. */
  eventIds: number[];
  templateIds: number[];
}

/** What a packet of a day or an event consists of. */
export interface Packet {
  store: { id: number; number: string; name: string; timeZone: string };
  /** Null for the packet of one event. */
  day: WorkDate | null;
  events: PacketEvent[];
  /** Active templates, in their order. The packet of an event has those of events alone. */
  templates: Pick<PaperTemplate, 'id' | 'name' | 'level' | 'pages'>[];
}
