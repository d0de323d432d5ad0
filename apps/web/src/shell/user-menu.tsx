import { buttonClass } from '@scheduler/ui/button';
import { Link, useNavigate } from '@tanstack/react-router';
import { LogOut, Settings, UserRound } from 'lucide-react';
import { AccountLinks } from '../access/account-links.tsx';
import { signOut } from '../lib/session.ts';
import { chooseTheme, THEMES, type Theme, useTheme } from '../lib/theme.ts';
import { toast } from '../ui/toast.tsx';
import { TruncatedText } from '../ui/truncated-text.tsx';
import { useSession } from './use-session.ts';

const THEME_WORDS: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' };

/** Who one is, how the app looks, and the way out. */
export function UserMenu() {
  const session = useSession();
  const navigate = useNavigate();
  const theme = useTheme();
  const leave = async () => {
    try {
      await signOut();
    } catch {
      toast('You are still signed in: the scheduling server did not answer. Try again in a moment.', {
        tone: 'problem',
      });
      return;
    }
    // Reload the document: this tab’s memory, with what was shown and what could be undone, must
    // go.
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
        </p>
        <fieldset className="border-t border-line px-2 py-2">
          <legend className="sr-only">Theme</legend>
          <span aria-hidden className="block pb-1 text-xs text-ink-2">
            Theme
          </span>
          <div className="grid grid-cols-3 rounded-md border border-line p-0.5">
            {THEMES.map((each) => (
              <label
                key={each}
                className="grid h-7 place-items-center rounded px-2.5 text-ink-2 has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:h-10"
              >
                <input
                  type="radio"
                  name="theme"
                  className="sr-only"
                  checked={theme === each}
                  onChange={() => chooseTheme(each)}
                />
                {THEME_WORDS[each]}
              </label>
            ))}
          </div>
        </fieldset>
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
