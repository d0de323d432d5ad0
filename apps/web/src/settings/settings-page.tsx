import { StoreFeed } from '../calendars/store-feed.tsx';
import { trpc } from '../lib/api.ts';
import { PaperTemplates } from '../packets/paper-templates.tsx';
import { useIsAdmin } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { QueryView, Skeleton } from '../ui/states.tsx';
import { Holidays } from './holidays.tsx';
import { NoonCheckSection } from './noon-checks.tsx';
import { PlansSection } from './plans.tsx';
import { Rotations } from './rotations.tsx';
import { StoreSection } from './store-section.tsx';
import { WorkSection } from './work-section.tsx';

/**
 * The page of a store's settings: usual starts, durations and roles of each kind of work, name and
 * zone, noon checks, holidays, rotations, paper templates.
 */
export function SettingsPage() {
  useTitle('Settings');
  const isAdmin = useIsAdmin();
  const query = trpc.settings.get.useQuery({});
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[80rem] grid-cols-1 gap-4 p-3 sm:p-4">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <h1 className="text-lg font-semibold">Settings</h1>
          {!isAdmin && (
            <p className="text-sm text-ink-2">Only an admin can change them, except for the rotations.</p>
          )}
        </div>
        <QueryView
          what="the settings"
          queries={[query]}
          data={query.data}
          skeleton={
            <div className="grid gap-4 lg:grid-cols-2">
              <Skeleton className="h-96" />
              <Skeleton className="h-96" />
            </div>
          }
        >
          {(settings) => (
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
              <div className="grid grid-cols-1 gap-4">
                <WorkSection settings={settings} isAdmin={isAdmin} />
                <Rotations settings={settings} />
                <PaperTemplates storeId={settings.store.id} isAdmin={isAdmin} />
              </div>
              <div className="grid grid-cols-1 gap-4">
                <StoreSection settings={settings} isAdmin={isAdmin} />
                <NoonCheckSection settings={settings} isAdmin={isAdmin} />
                <PlansSection settings={settings} isAdmin={isAdmin} />
                {isAdmin && <StoreFeed store={settings.store} />}
                <Holidays settings={settings} isAdmin={isAdmin} />
              </div>
            </div>
          )}
        </QueryView>
      </div>
    </div>
  );
}
