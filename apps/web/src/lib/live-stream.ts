import type { LiveChange } from '@scheduler/server/router';
import { keepStreamOpen, type LiveState, type OpenStream } from './open-stream.ts';

/**
 * How often a visible tab checks that the holder of the stream still lives, and how long the answer
 * may take.
 */
const ASK_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 5000;

/**
 * The messages between the tabs of one person in one browser. `position` is the last one that the
 * sender has seen.
 */
type Message =
  | { say: 'change'; position: string; change: LiveChange }
  | { say: 'state'; position: string | null; state: LiveState }
  | { say: 'ask' };

/**
 * Follows the server’s changes through one stream for all tabs of this browser in which the same
 * person is signed in: over HTTP/1.1 a browser opens six connections to a host, and a stream
 * occupies one. Returns how to stop.
 *
 * The tab that holds a Web Lock holds the stream and passes changes on to the others. The browser
 * gives the lock to the next tab when the holder is closed or crashes. The holder releases it
 * before it is frozen or put into the back-forward cache. If the holder is suspended without
 * notice, a visible tab gets no answer and takes the lock over. Every tab remembers the position of
 * the last change that it has seen: a new holder continues from there, and a tab whose position
 * differs from the holder’s reads everything again. Where locks are missing (plain HTTP on another
 * host than localhost) each tab has a stream of its own.
 */
export function followChanges(
  email: string,
  open: OpenStream,
  on: { change: (change: LiveChange) => void; state: (state: LiveState) => void },
): () => void {
  const name = `live changes of ${email}`;
  const canShare = 'locks' in navigator && 'BroadcastChannel' in window;
  const tabs = canShare ? new BroadcastChannel(name) : null;
  const broadcast = (message: Message) => tabs?.postMessage(message);
  let position: string | null = null;
  let state: LiveState = 'connecting';
  let isHolder = false;

  const setState = (next: LiveState) => {
    state = next;
    on.state(next);
    broadcast({ say: 'state', position, state });
  };

  /** Holds the stream until `over`. */
  const holdStream = (over: AbortSignal) => {
    isHolder = true;
    broadcast({ say: 'state', position, state });
    const close = keepStreamOpen(open, {
      position: () => position,
      change: (at, change) => {
        position = at;
        on.change(change);
        broadcast({ say: 'change', position, change });
      },
      state: setState,
    });
    return new Promise<void>((resolve) => {
      over.addEventListener('abort', () => {
        isHolder = false;
        close();
        resolve();
      });
    });
  };

  let turn = new AbortController();
  const requestLock = (steal = false) => {
    turn.abort();
    const ownTurn = new AbortController();
    turn = ownTurn;
    if (!canShare) {
      void holdStream(ownTurn.signal);
      return;
    }
    navigator.locks
      .request(name, steal ? { steal } : { signal: ownTurn.signal }, () =>
        ownTurn.signal.aborted ? undefined : holdStream(ownTurn.signal),
      )
      // This tab left the line, or another took the lock because this one was halted.
      .catch(() => {
        if (!ownTurn.signal.aborted) requestLock();
      });
  };

  let answerTimer: ReturnType<typeof setTimeout> | undefined;
  const noteAnswer = () => {
    clearTimeout(answerTimer);
    answerTimer = undefined;
  };
  const askForState = () => {
    if (isHolder || document.visibilityState === 'hidden') return;
    broadcast({ say: 'ask' });
    answerTimer ??= setTimeout(() => {
      answerTimer = undefined;
      if (!isHolder) requestLock(true);
    }, ANSWER_WITHIN_MS);
  };

  const receive = ({ data: message }: MessageEvent<Message>) => {
    if (message.say === 'ask') {
      if (isHolder) broadcast({ say: 'state', position, state });
      return;
    }
    noteAnswer();
    if (message.say === 'change') {
      position = message.position;
      on.change(message.change);
      return;
    }
    if (message.position !== position) {
      position = message.position;
      on.change({ kind: 'all', id: 0 });
    }
    if (!isHolder && message.state !== state) {
      state = message.state;
      on.state(state);
    }
  };

  const pause = () => {
    noteAnswer();
    turn.abort();
  };
  const resume = () => {
    if (turn.signal.aborted) requestLock();
    askForState();
  };
  tabs?.addEventListener('message', receive);
  window.addEventListener('pagehide', pause);
  window.addEventListener('pageshow', resume);
  document.addEventListener('freeze', pause);
  document.addEventListener('resume', resume);
  document.addEventListener('visibilitychange', askForState);
  const askInterval = setInterval(askForState, ASK_EVERY_MS);
  requestLock();
  askForState();

  return () => {
    clearInterval(askInterval);
    pause();
    tabs?.close();
    window.removeEventListener('pagehide', pause);
    window.removeEventListener('pageshow', resume);
    document.removeEventListener('freeze', pause);
    document.removeEventListener('resume', resume);
    document.removeEventListener('visibilitychange', askForState);
  };
}
