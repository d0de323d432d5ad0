import { createHash } from 'node:crypto';
import { handOver, type MailServer, makeMessage } from '@scheduler/mail';
import { errorText } from '@scheduler/runtime';
import type { AlertMessage } from './words.ts';

/** Where messages about alerts are sent. */
export interface AlertWays {
  /** The URL that gets each message as JSON. It is a secret: whoever knows it can send messages there. */
  webhook: string | undefined;
  mail: { server: MailServer; to: readonly string[] } | undefined;
}

/** The longest time for a webhook to answer, and for a mail server to take a message. */
const WAIT_MS = 10_000;

/**
 * Sends a message by all ways at once. Returns how many took it, and why the others did not; never
 * throws. A message that may have been taken counts as not taken: the same mail twice has the same
 * id, and is shown once.
 */
export async function sendMessage(
  ways: AlertWays,
  message: AlertMessage,
  options: { origin: string; signal: AbortSignal },
): Promise<{ taken: number; failures: string[] }> {
  const { webhook, mail } = ways;
  const sent = await Promise.all([
    ...(webhook ? [post(webhook, message, options)] : []),
    ...(mail ? mail.to.map((to) => sendMail(mail.server, to, message, options)) : []),
  ]);
  const failures = sent.filter((failure) => failure !== null);
  return { taken: sent.length - failures.length, failures };
}

/** Returns why the webhook did not take the message, without its address; null if it did. */
async function post(
  url: string,
  { subject, text, ...rest }: AlertMessage,
  { origin, signal }: { origin: string; signal: AbortSignal },
): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // `text` is what chat programs show.
      body: JSON.stringify({ text: `${subject}\n${text}`, ...rest, origin }),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]),
    });
    await answer.body?.cancel();
    return answer.ok ? null : `The webhook answered ${answer.status}.`;
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    return `The webhook could not be reached: ${errorText(cause).replaceAll(url, '(its address)')}`;
  }
}

/** Returns why the mail server did not take the message; null if it did. */
async function sendMail(
  server: MailServer,
  to: string,
  { alert, state, since, at, subject, text }: AlertMessage,
  { origin, signal }: { origin: string; signal: AbortSignal },
): Promise<string | null> {
  const message = await makeMessage({
    from: server.from,
    to,
    subject,
    text,
    date: at,
    id: createHash('sha256').update(`${alert} ${state} ${since} ${to}`).digest('hex').slice(0, 32),
    host: new URL(origin).hostname,
  });
  const ended = await handOver({ ...server, waitMs: WAIT_MS, takingMs: WAIT_MS }, message, signal);
  return ended.state === 'sent' ? null : ended.failure;
}
