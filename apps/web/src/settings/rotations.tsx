import { trpc } from '../lib/api.ts';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import { Exceptions } from './rotation-exceptions.tsx';
import { Weekdays } from './rotation-weekdays.tsx';
import { SECTION, type SectionProps } from './section.ts';

/** The turns by weekday and on single days. Dispatchers can set them, too. */
export function Rotations({ settings }: Pick<SectionProps, 'settings'>) {
  const { store } = settings;
  const query = trpc.plan.rotations.useQuery({ storeId: store.id });
  return (
    <section aria-labelledby="rotations" className={SECTION}>
      <div>
        <h2 id="rotations" className="font-semibold">
          Rotations
        </h2>
        <p className="text-sm text-ink-2">
          Whose turn it is on each weekday. Dispatchers can set it, too. Plans and suggestions prefer these
          people. The secondary Lead is another Lead who works that day, otherwise the Club Supervisor.
        </p>
      </div>
      <QueryView
        what="the rotations"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={7} height="h-9" />}
      >
        {(rotations) => (
          <>
            <Weekdays rotations={rotations} timeZone={store.timeZone} />
            <Exceptions rotations={rotations} timeZone={store.timeZone} />
          </>
        )}
      </QueryView>
    </section>
  );
}
