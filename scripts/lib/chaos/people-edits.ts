import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import type { Person } from './events-in-play.ts';
import type { Scene } from './scene.ts';

/**
 * Retires a person or takes them back, or changes their phone number or their RepID at Crossmark.
 */
export async function changeSomebody(scene: Scene): Promise<void> {
  const { play, log, api, random } = scene;
  const person = random.pick(play.people);
  if (!person) return;
  const kind = random.weighted({ phone: 3, leave: 2, rep: 2 });
  const update = (what: string, changes: { phone?: string; terminatedOn?: string | null }) =>
    log.ask(`${what} ${person.name}`, [], (options) =>
      api.employees.update.mutate({ employeeId: person.id, version: person.version, changes }, options),
    );
  if (person.terminatedOn !== null) await update('takes back', { terminatedOn: null });
  else if (kind === 'leave') {
    const today = workDateOf(currentInstant(), 'UTC');
    await update('retires', { terminatedOn: addDays(today, random.int(0, 10)) });
  } else {
    if (kind === 'rep' && !(await giveNewRepId(scene, person))) return;
    // The product notices a new RepID when the person is edited.
    await update('corrects', { phone: `317-555-0${random.int(100, 999)}` });
  }
}

/**
 * Gives a person another RepID at Crossmark. Returns false if Crossmark does not have the person.
 */
async function giveNewRepId({ play, log, switchboard }: Scene, person: Person): Promise<boolean> {
  const { reps } = await switchboard.state();
  const rep = reps.find((one) => one.employeeNumber === person.employeeNumber);
  if (!rep) return false;
  const repId = play.newRepIdFor(person);
  await switchboard.putRep({ ...rep, repId });
  await switchboard.removeRep(rep.repId);
  log.noteOutside(`Crossmark gives ${person.name} RepID ${repId} instead of ${rep.repId}`);
  return true;
}
