import type { PlanSettings, PlanSettingsView } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { SelectField, TextField, TickBox } from '@scheduler/ui/field';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatClock } from '../lib/time.ts';
import { ALLOWED_WORDS, AllowedField, TypesField } from '../planning/plan-choices.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { QueryView, SkeletonRows } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { SECTION, type SectionProps } from './section.ts';

/** How plans are made: where the plan button starts from, and which plans are made without it. */
export function PlansSection({ settings, isAdmin }: SectionProps) {
  const [isEditing, setIsEditing] = useState(false);
  const query = trpc.plan.settings.useQuery({ storeId: settings.store.id });
  return (
    <section aria-labelledby="plans" className={SECTION}>
      <div className="flex items-center gap-2">
        <h2 id="plans" className="font-semibold">
          Plans
        </h2>
        {isAdmin && query.data && (
          <Button className="ml-auto" onClick={() => setIsEditing(true)}>
            <Pencil aria-hidden className="size-4" />
            Edit plans
          </Button>
        )}
      </div>
      <QueryView
        what="the settings of plans"
        queries={[query]}
        data={query.data}
        skeleton={<SkeletonRows count={5} height="h-6" />}
      >
        {({ settings: plans }) => <Facts plans={plans} />}
      </QueryView>
      {isEditing && query.data && <PlansDialog view={query.data} onClose={() => setIsEditing(false)} />}
    </section>
  );
}

function Facts({ plans }: { plans: PlanSettings }) {
  const { types, horizonDays, earliestInDays, allow, afterImport, nightlyAt } = plans;
  const facts = [
    ['Types', types === null ? 'All' : types.join(', ')],
    ['Days', daysWord(horizonDays)],
    ['Earliest day', aheadWord(earliestInDays)],
    ['May break', allow.length === 0 ? 'Nothing' : allow.map((code) => ALLOWED_WORDS[code]).join('; ')],
    ['After an import', afterImport ? 'A plan is made, and waits for review' : 'No plan'],
    ['Each night', nightlyAt === null ? 'No plan' : `At ${formatClock(nightlyAt)}, and it waits for review`],
  ] as const;
  return (
    <dl className="grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
      {facts.map(([term, fact]) => (
        <div key={term} className="contents">
          <dt className="text-ink-2">{term}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}

const daysWord = (days: number): string => {
  if (days === 7) return 'A week';
  return days % 7 === 0 ? `${days / 7} weeks` : `${days} days`;
};
const aheadWord = (days: number): string => (days === 1 ? 'Tomorrow' : `${days} days ahead`);

/** What a nightly plan starts from when it is turned on. */
const USUAL_NIGHT = '03:00';
const HORIZONS = [1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 28];
const AHEAD = Array.from({ length: 14 }, (_, index) => index + 1);

function PlansDialog({ view, onClose }: { view: PlanSettingsView; onClose: () => void }) {
  const utils = trpc.useUtils();
  const [version, setVersion] = useState(view.version);
  const [plans, setPlans] = useState(view.settings);
  const change = (part: Partial<PlanSettings>) => setPlans({ ...plans, ...part });
  const save = trpc.plan.setSettings.useMutation({
    onSuccess: async () => {
      toast('How plans are made is saved.');
      onClose();
      await utils.invalidate();
    },
  });
  const horizons = [...new Set([...HORIZONS, plans.horizonDays])].sort((a, b) => a - b);
  return (
    <FormDialog
      title="Plans"
      description="The plan button starts from this, and so does every plan that is made by itself. Nothing is scheduled before somebody approves it."
      action="Save"
      saving={save}
      disabled={plans.types?.length === 0}
      onSubmit={() => save.mutate({ storeId: view.storeId, version, settings: plans })}
      onVersion={setVersion}
      onClose={onClose}
    >
      <div className="grid grid-cols-2 gap-3">
        <SelectField
          label="Days to plan"
          value={plans.horizonDays}
          onChange={({ target }) => change({ horizonDays: Number(target.value) })}
        >
          {horizons.map((days) => (
            <option key={days} value={days}>
              {daysWord(days)}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Earliest day"
          value={plans.earliestInDays}
          onChange={({ target }) => change({ earliestInDays: Number(target.value) })}
        >
          {AHEAD.map((days) => (
            <option key={days} value={days}>
              {aheadWord(days)}
            </option>
          ))}
        </SelectField>
      </div>
      <TypesField value={plans.types} onChange={(types) => change({ types })} />
      <AllowedField value={plans.allow} onChange={(allow) => change({ allow })} />
      <fieldset className="grid gap-1.5">
        <legend className="mb-1.5 text-sm font-medium">Made by itself, to be reviewed</legend>
        <TickBox
          checked={plans.afterImport}
          onChange={({ target }) => change({ afterImport: target.checked })}
        >
          After an import or a refresh that brought open events
        </TickBox>
        <TickBox
          checked={plans.nightlyAt !== null}
          onChange={({ target }) => change({ nightlyAt: target.checked ? USUAL_NIGHT : null })}
        >
          Each night
        </TickBox>
        {plans.nightlyAt !== null && (
          <div className="w-40">
            <TextField
              label="At, store time"
              type="time"
              required
              value={plans.nightlyAt}
              onChange={({ target }) => change({ nightlyAt: target.value })}
            />
          </div>
        )}
      </fieldset>
    </FormDialog>
  );
}
