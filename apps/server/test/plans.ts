import type { Db } from '@scheduler/db';
import { vi } from 'vitest';
import type { ProposalView } from '../src/planning/types.ts';
import { addEvent, addPerson, type Client, coreName, supervisorName } from './fixture.ts';

/** Noon at the store, on the Sunday before {@link WEEK}. */
export const SUNDAY_NOON = '2026-01-04T17:00:00.000Z';
/** The days that tests plan. */
export const WEEK = { fromDay: '2026-01-05', toDay: '2026-01-10' };

/** Adds three people, three Cores and the noon check of the first Core to a store. */
export async function addSmallClub(db: Db, storeId: number) {
  const lead = await addPerson(db, { storeId, name: 'Ada Lead', role: 'Lead Event Specialist' });
  const ben = await addPerson(db, { storeId, name: 'Ben Specialist' });
  const cleo = await addPerson(db, { storeId, name: 'Cleo Specialist' });
  const cores: number[] = [];
  for (const number of [612345, 612346, 612347]) {
    cores.push(await addEvent(db, { storeId, name: coreName(number) }));
  }
  const check = await addEvent(db, { storeId, name: supervisorName(612345) });
  return { people: { lead, ben, cleo }, cores, check };
}

/**
 * Has a plan made for {@link WEEK}, or for other days, or `again` as another one, and returns it when
 * it is no longer running.
 */
export async function makeProposal(
  client: Client,
  {
    again,
    ...input
  }: Partial<Parameters<Client['plan']['start']['mutate']>[0]> & {
    again?: { proposalId: number; version: number };
  },
): Promise<ProposalView> {
  const { proposalId } = again
    ? await client.plan.again.mutate(again)
    : await client.plan.start.mutate({ ...WEEK, ...input });
  return vi.waitFor(async () => {
    const proposal = await client.plan.get.query({ proposalId });
    if (proposal.state === 'running') throw new Error('The plan is being made.');
    return proposal;
  });
}

/** A plan and the version that was read of it, as a change of it names them. */
export const seen = ({ proposalId, version }: ProposalView) => ({ proposalId, version });
