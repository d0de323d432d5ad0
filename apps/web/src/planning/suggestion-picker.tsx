import { isFound, type Reason } from '@scheduler/scheduling';
import { ChevronRight, Search } from 'lucide-react';
import { type ReactNode, useId, useRef, useState } from 'react';
import { ReasonList } from '../ui/badges.tsx';

/** A choice, with the reason for its rank. */
export interface Choice {
  id: number;
  title: string;
  /** Text beside the title, such as a role or a start. */
  aside?: ReactNode;
  /** The reason for its rank, in a few words. */
  because: string;
  /** The rules against it. Choices that need a reason are below all others. */
  reasons: readonly Reason[];
  /** Texts by which it can be found, besides the title. */
  words?: readonly (string | null)[];
}

/** The choices that one kind of reason excludes. They are one line until it is opened. */
export interface Unable {
  message: string;
  members: readonly { id: number; title: string; message: string }[];
}

/** A list of up to this many choices has no search. */
const FEW = 6;

/**
 * A ranked list of choices, the best first, each with its reason. Choices that need an override
 * reason are below. Excluded choices are in one line for each kind of reason. Typing searches all
 * of them.
 * @param props.onPick used in place of `onChange` for a list in which a click selects at once
 */
export function SuggestionPicker({
  legend,
  what,
  choices,
  unable,
  currentId,
  value,
  isBusy,
  empty,
  onChange,
  onPick,
}: {
  legend: string;
  /** The plural of what is chosen, such as `people`. */
  what: string;
  choices: readonly Choice[];
  unable: readonly Unable[];
  /** The id of the present choice. */
  currentId?: number | undefined;
  value?: number | undefined;
  /** Whether the choices are being ranked again. */
  isBusy: boolean;
  /** The text if there is nothing to choose. */
  empty: string;
  onChange?: ((id: number) => void) | undefined;
  onPick?: ((id: number) => void) | undefined;
}) {
  const name = useId();
  const [text, setText] = useState('');
  const box = useRef<HTMLFieldSetElement>(null);
  const hasToExplain = (reasons: readonly Reason[]) => reasons.some(({ severity }) => severity === 'soft');
  const matches = choices.filter(({ title, because, words = [] }) =>
    isFound(text, [title, because, ...words]),
  );
  const excluded = unable
    .map((each) => ({ ...each, matches: each.members.filter(({ title }) => isFound(text, [title])) }))
    .filter(({ matches }) => matches.length > 0);
  const chosenUnable = unable
    .flatMap(({ members }) => members)
    .find(({ id }) => id === value && !choices.some((each) => each.id === id));
  const groups = [
    { title: 'May do it', members: matches.filter(({ reasons }) => !hasToExplain(reasons)) },
    { title: 'With a warning', members: matches.filter(({ reasons }) => hasToExplain(reasons)) },
  ].filter(({ members }) => members.length > 0);
  const best = choices.find(({ reasons }) => !hasToExplain(reasons));
  const count = choices.length + unable.reduce((sum, { members }) => sum + members.length, 0);
  const pick = onPick ?? onChange;
  return (
    <fieldset ref={box} className="grid min-w-0 content-start gap-3" aria-busy={isBusy}>
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      {(count > FEW || text !== '') && (
        <div className="relative">
          <Search
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2 size-4 -translate-y-1/2 text-ink-3"
          />
          <input
            type="search"
            aria-label={`Search ${what}`}
            placeholder={`Search ${what}`}
            maxLength={100}
            value={text}
            onChange={({ target }) => setText(target.value)}
            onKeyDown={(event) => {
              const [first] = matches;
              if (event.key === 'ArrowDown') {
                event.preventDefault();
                box.current?.querySelector<HTMLElement>('input[type=radio], [data-choice]')?.focus();
              }
              if (event.key !== 'Enter' || text === '') return;
              // During a search, Enter selects the first match. Without a search it sends the form.
              event.preventDefault();
              if (!first) return;
              setText('');
              pick?.(first.id);
            }}
            className="h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface pr-2 pl-7 text-sm pointer-coarse:h-11"
          />
        </div>
      )}
      <p role="status" className="sr-only">
        {text !== '' && `${matches.length} found`}
      </p>
      {choices.length === 0 && <p className="text-sm text-ink-2">{empty}</p>}
      {chosenUnable && (
        <div className="grid gap-1">
          <p className="text-xs text-ink-2">Can’t (chosen)</p>
          <Row
            name={name}
            choice={{
              id: chosenUnable.id,
              title: chosenUnable.title,
              because: '',
              reasons: [{ code: 'window', severity: 'hard', message: chosenUnable.message }],
            }}
            isChosen
            isCurrent={chosenUnable.id === currentId}
            isBest={false}
            onChange={onChange}
          />
        </div>
      )}
      {groups.map(({ title, members }) => (
        <fieldset key={title} aria-label={title} className="grid min-w-0 gap-1">
          <p className="text-xs text-ink-2">
            {title} ({members.length})
          </p>
          {members.map((choice) => (
            <Row
              key={choice.id}
              name={name}
              choice={choice}
              isChosen={choice.id === value}
              isCurrent={choice.id === currentId}
              isBest={choice === best}
              onChange={onChange}
              onPick={onPick}
            />
          ))}
        </fieldset>
      ))}
      {text !== '' && matches.length === 0 && excluded.length === 0 && (
        <p className="text-sm text-ink-2">
          No {what} fit “{text}”.
        </p>
      )}
      {excluded.length > 0 && (
        <div className="grid gap-1">
          <p className="text-xs text-ink-2">
            Can’t ({excluded.reduce((sum, { matches }) => sum + matches.length, 0)})
          </p>
          {excluded.map(({ message, members, matches }) => (
            <UnableLine
              key={message}
              message={message}
              members={matches}
              isAlone={members.length === 1}
              isSearched={text !== ''}
            />
          ))}
        </div>
      )}
    </fieldset>
  );
}

function Row({
  name,
  choice,
  isChosen,
  isCurrent,
  isBest,
  onChange,
  onPick,
}: {
  name: string;
  choice: Choice;
  isChosen: boolean;
  isCurrent: boolean;
  isBest: boolean;
  onChange?: ((id: number) => void) | undefined;
  onPick?: ((id: number) => void) | undefined;
}) {
  const { id, title, aside, because, reasons } = choice;
  const nameId = `${name}-${id}`;
  // Hints are often the same for everybody, so they are shown only for the selected choice.
  const shownReasons = reasons.filter(({ severity }) => severity !== 'hint' || isChosen);
  const look = `flex w-full items-start gap-2 rounded-md border px-2.5 py-1.5 text-left pointer-coarse:py-2.5 ${isChosen ? 'border-accent bg-accent-soft' : 'border-line hover:bg-surface-2'}`;
  const words = (
    <span className="min-w-0 flex-1">
      <span id={nameId} className="flex flex-wrap items-baseline gap-x-2">
        <span className="text-sm font-medium">{title}</span>
        {aside && <span className="text-xs text-ink-2">{aside}</span>}
        {isCurrent && <span className="text-xs text-accent-text">now</span>}
        {isBest && <span className="text-xs font-medium text-synced">best</span>}
      </span>
      <span id={`${nameId}-reasons`} className="block">
        {because !== '' && <span className="block text-xs text-ink-2 first-letter:uppercase">{because}</span>}
        <ReasonList reasons={shownReasons} brief />
      </span>
    </span>
  );
  if (onPick) {
    return (
      <button type="button" data-choice={id} onClick={() => onPick(id)} className={look}>
        {words}
      </button>
    );
  }
  return (
    <label className={look}>
      <input
        type="radio"
        name={name}
        value={id}
        checked={isChosen}
        onChange={() => onChange?.(id)}
        aria-labelledby={nameId}
        aria-describedby={`${nameId}-reasons`}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      {words}
    </label>
  );
}

/**
 * One line for all choices that the same kind of reason excludes. When opened, it shows each with
 * its own reason.
 */
function UnableLine({
  message,
  members,
  isAlone,
  isSearched,
}: Unable & { isAlone: boolean; isSearched: boolean }) {
  if (isAlone) return <p className="text-xs text-ink-2">{message}</p>;
  return (
    <details open={isSearched} className="group text-xs text-ink-2">
      <summary className="flex cursor-pointer list-none items-start gap-1 pointer-coarse:py-2">
        <ChevronRight aria-hidden className="mt-0.5 size-3 shrink-0 group-open:rotate-90" />
        <span>{message}</span>
      </summary>
      <ul className="grid gap-1 pt-1 pl-4">
        {members.map((member) => (
          <li key={member.id}>
            <span className="font-medium">{member.title}</span>: {member.message}
          </li>
        ))}
      </ul>
    </details>
  );
}
