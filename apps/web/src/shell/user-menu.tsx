import { buttonClass } from '@scheduler/ui/button';
import { Link, useNavigate } from '@tanstack/react-router';
import { LogOut, Settings, UserRound } from 'lucide-react';
import { AccountLinks } from '../access/account-links.tsx';
import { signOut } from '../lib/session.ts';
import {
  chooseLook,
  DENSITIES,
  type Density,
  THEMES,
  type Theme,
  useDensity,
  useTheme,
} from '../lib/theme.ts';
import { toast } from '../ui/toast.tsx';
import { TruncatedText } from '../ui/truncated-text.tsx';
import { useSession } from './use-session.ts';
import { useStoreNames } from './use-store-names.ts';

const THEME_WORDS: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' };
const DENSITY_WORDS: Record<Density, string> = { compact: 'Compact', comfortable: 'Comfortable' };

/** The account menu: the user, the look of the app, and sign-out. */
export function UserMenu() {
  const session = useSession();
  const navigate = useNavigate();
  const theme = useTheme();
  const density = useDensity();
  const stores = useStoreNames()(session.storeIds);
  const leave = async () => {
    try {
      await signOut();
    } catch {
      toast('You are still signed in: the scheduling server did not answer. Try again in a moment.', {
        tone: 'problem',
      });
      return;
    }
    // Reload the document, so that data and undo steps are removed from this tab’s memory.
    await navigate({ to: '/sign-in', reloadDocument: true, replace: true });
  };
  return (
    <>
      <button
        type="button"
        popoverTarget="account"
        aria-label={`Account of ${session.name}`}
        title={session.name}
        className={buttonClass('quiet', 'w-8 px-0! pointer-coarse:w-10')}
      >
        <UserRound aria-hidden className="size-4" />
      </button>
      <section
        id="account"
        popover="auto"
        aria-label="Account"
        className="inset-auto top-12 right-3 m-0 max-w-80 min-w-60 rounded-md border border-line bg-surface p-1 text-sm text-ink shadow-float"
      >
        <p className="px-2 py-1.5">
          <TruncatedText text={session.name} className="font-medium" />
          <TruncatedText text={`${session.email} · ${session.role}`} className="text-xs text-ink-2" />
          <TruncatedText text={stores} className="text-xs text-ink-2" />
        </p>
        <Choice
          name="theme"
          title="Theme"
          words={THEME_WORDS}
          choices={THEMES}
          value={theme}
          onChoose={(each) => chooseLook('theme', each)}
        />
        <Choice
          name="density"
          title="Density"
          words={DENSITY_WORDS}
          choices={DENSITIES}
          value={density}
          onChoose={(each) => chooseLook('density', each)}
        />
        <AccountLinks onGo={() => document.getElementById('account')?.hidePopover()} />
        <Link
          to="/settings"
          onClick={() => document.getElementById('account')?.hidePopover()}
          className="flex w-full items-center gap-2 rounded border-t border-line px-2 py-2 hover:bg-surface-2"
        >
          <Settings aria-hidden className="size-4" />
          Settings
        </Link>
        <button
          type="button"
          onClick={() => void leave()}
          className="flex w-full items-center gap-2 rounded border-t border-line px-2 py-2 text-left hover:bg-surface-2"
        >
          <LogOut aria-hidden className="size-4" />
          Sign out
        </button>
      </section>
    </>
  );
}

/** A choice of the look for this browser. */
function Choice<Value extends string>({
  name,
  title,
  words,
  choices,
  value,
  onChoose,
}: {
  name: string;
  title: string;
  words: Record<Value, string>;
  choices: readonly Value[];
  value: Value;
  onChoose: (value: Value) => void;
}) {
  return (
    <fieldset className="border-t border-line px-2 py-2">
      <legend className="sr-only">{title}</legend>
      <span aria-hidden className="block pb-1 text-xs text-ink-2">
        {title}
      </span>
      <div className="grid auto-cols-fr grid-flow-col rounded-md border border-line p-0.5">
        {choices.map((each) => (
          <label
            key={each}
            className="grid h-7 place-items-center rounded px-2.5 text-ink-2 has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:h-10"
          >
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={value === each}
              onChange={() => onChoose(each)}
            />
            {words[each]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
