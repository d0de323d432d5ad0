import type { BoardEvent } from '@scheduler/server/router';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from 'react';
import { useToday } from '../lib/time.ts';
import { DaysDialog } from '../people/days-dialog.tsx';
import { PlanDialog } from '../planning/plan-dialog.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty } from '../ui/states.tsx';
import { useCommands } from './use-commands.ts';
import { useStore } from './use-store.ts';

/** The place of no line. */
const NOTHING = -1;

/** Goes to any page, person or event, and schedules: by a few letters and Enter. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [activeKey, setActiveKey] = useState<string>();
  const [planned, setPlanned] = useState<BoardEvent>();
  const [absent, setAbsent] = useState<{ id: number; name: string }>();
  // Enter was pressed before the results of the text were there.
  const [isEntered, setIsEntered] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const store = useStore();
  const today = useToday(store?.timeZone);
  const searched = useDeferredValue(text.trim());
  const { commands, isComplete } = useCommands(searched, store?.id, today, {
    onClose,
    onSchedule: setPlanned,
    onOff: setAbsent,
  });
  const isCurrent = isComplete && searched === text.trim();
  const isEmpty = text.trim() === '';
  // Before anything is typed or pointed at, Enter must not do what happens to be listed first.
  const first = isEmpty ? NOTHING : 0;
  const active = Math.max(
    commands.findIndex(({ key }) => key === activeKey),
    first,
  );
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  });
  useEffect(() => {
    if (!isEntered || !isCurrent) return;
    setIsEntered(false);
    // A line that was chosen among the earlier results can be gone; then no other one runs instead.
    const chosen = activeKey === undefined ? commands[0] : commands.find(({ key }) => key === activeKey);
    chosen?.run();
  }, [isEntered, isCurrent, activeKey, commands]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && commands.length > 0) {
      event.preventDefault();
      setIsEntered(false);
      const from = active === NOTHING && step < 0 ? 0 : active;
      setActiveKey(commands[(from + step + commands.length) % commands.length]?.key);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (isCurrent) commands[active]?.run();
      else if (!isEmpty) setIsEntered(true);
    }
  };
  if (planned)
    return <PlanDialog plan={{ mode: 'schedule', event: planned }} today={today} onClose={onClose} />;
  if (absent)
    return <DaysDialog employeeId={absent.id} name={absent.name} startsOn={today} onClose={onClose} />;
  return (
    <Dialog shape="narrow" title="Find or do anything" onClose={onClose}>
      <div className="grid h-96 max-h-[60dvh] content-start gap-2">
        <input
          type="text"
          role="combobox"
          aria-label="Page, person, event or day"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={commands[active] && `${id}-${active}`}
          autoComplete="off"
          maxLength={100}
          placeholder="A page, a person, an event, or a day such as Dec 24"
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            setActiveKey(undefined);
            setIsEntered(false);
          }}
          onKeyDown={onKeyDown}
          className="h-9 w-full rounded-md border border-line-strong bg-surface px-3 pointer-coarse:h-11"
        />
        <div ref={list} id={`${id}-list`} role="listbox" aria-label="Results">
          {commands.map(({ key, group, Icon, label, detail, run }, index) => (
            <div key={key}>
              {group !== commands[index - 1]?.group && (
                <p aria-hidden className="px-2 pt-2 pb-0.5 text-xs font-semibold text-ink-2">
                  {group}
                </p>
              )}
              {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: its keys are the combobox's */}
              <div
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === active}
                onClick={run}
                onPointerMove={() => setActiveKey(key)}
                className={`flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2 pointer-coarse:min-h-11 ${index === active ? 'bg-accent-soft' : ''}`}
              >
                <Icon aria-hidden className="size-4 shrink-0 text-ink-2" />
                <span className="min-w-0 truncate">{label}</span>
                {detail && <span className="ml-auto shrink-0 text-xs text-ink-2">{detail}</span>}
              </div>
            </div>
          ))}
        </div>
        {commands.length === 0 && <Empty title={isCurrent ? 'Nothing is called that.' : 'Searching…'} />}
      </div>
    </Dialog>
  );
}
