/** The keys of the board, for whoever asks. */
export const KEYS = [
  { keys: '← ↑ → ↓', what: 'go from card to card and from cell to cell' },
  {
    keys: 'Home, End',
    what: 'go to the first or last day of the row; with Ctrl to the first or last person',
  },
  { keys: 'Enter', what: 'open a card’s panel, or schedule something in a cell' },
  {
    keys: 'm',
    what: 'pick up a card, or an event of the tray; then arrows, Enter to drop, Esc to put it back',
  },
  { keys: 't', what: 'trade a Core with somebody else’s' },
  { keys: 'u', what: 'unschedule a card' },
  { keys: 'Ctrl+Z', what: 'undo the last change made on this page' },
  { keys: '?', what: 'show these keys' },
] as const;
