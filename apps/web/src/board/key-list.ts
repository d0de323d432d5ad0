/** The keys of the board, for the dialog that lists them. */
export const KEYS = [
  { keys: '← ↑ → ↓', what: 'go from card to card, from cell to cell, and along the tray' },
  {
    keys: 'Home, End',
    what: 'go to the first or last day of the row; with Ctrl to the first or last person',
  },
  { keys: 'Enter', what: 'open a card’s panel, or schedule something in a cell' },
  {
    keys: 'm',
    what: 'pick up a card, or an event of the tray; then arrows, Enter to drop, Esc to put it back',
  },
  { keys: 'x', what: 'select a card or an event of the tray, for several at once; also Ctrl+click' },
  {
    keys: 'p',
    what: 'plan the week, or go to its plan; there, Ctrl+Enter approves what is ticked',
  },
  { keys: 'j, k', what: 'go to the next week, or to the previous one' },
  { keys: 't', what: 'trade a Core with somebody else’s' },
  { keys: 'u', what: 'unschedule a card' },
  { keys: 'Ctrl+K', what: 'find a page, a person or an event, plan the week or schedule, from any page' },
  { keys: '/', what: 'search the unscheduled events' },
  { keys: 'Ctrl+Z', what: 'undo the last change made on this page; Ctrl+Shift+Z makes it again' },
  { keys: '?', what: 'show these keys' },
] as const;
