import { createHash } from 'node:crypto';
import { type MailServer, type Message, makeMessage } from '@scheduler/mail';
import { currentInstant } from '@scheduler/runtime/clock';
import { countFindings, formatDay, type WorkDate } from '@scheduler/scheduling';
import type { VerifiedDay } from '@scheduler/verification';

/** The next days of a store, for everybody who gets them. */
export interface Digest {
  store: { id: number; name: string; number: string };
  /** The store's day. */
  today: WorkDate;
  days: readonly VerifiedDay[];
  /** The address of the scheduler's pages. */
  origin: string;
}

/** Makes the message of a digest for a user. */
export function messageOf(
  digest: Digest,
  user: { id: string; email: string },
  from: MailServer['from'],
): Promise<Message> {
  const { store, today, origin } = digest;
  const host = new URL(origin).hostname;
  // The same for each attempt, so that a mail program shows one message where a server took two.
  const key = createHash('sha256').update(`${user.id} ${store.id} ${today}`).digest('hex').slice(0, 32);
  return makeMessage({
    from,
    to: user.email,
    ...wordsOf(digest),
    date: currentInstant(),
    id: key,
    host,
    headers: {
      'List-Id': `<next-days.${host}>`,
      'List-Unsubscribe': `<${accountAddress(digest)}>`,
    },
  });
}

/** What a digest says: its subject, and the same text twice, as plain text and as HTML. */
export const wordsOf = (digest: Digest) => ({
  subject: subjectOf(digest),
  text: textOf(digest),
  html: htmlOf(digest),
});

const accountAddress = ({ origin }: Digest) => `${origin}/account#digests`;
const checksAddress = ({ origin, store }: Digest) => `${origin}/checks?store=${store.id}`;
const dayAddress = ({ origin, store }: Digest, day: WorkDate) => `${origin}/day?day=${day}&store=${store.id}`;

/** `1 critical, 2 warnings`; empty if there is nothing to correct. */
function toCorrect(days: readonly VerifiedDay[]): string {
  const count = (severity: 'critical' | 'warning') =>
    days.reduce((sum, { checks }) => sum + countFindings(checks, severity), 0);
  const [critical, warnings] = [count('critical'), count('warning')];
  return [
    ...(critical > 0 ? [`${critical} critical`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ].join(', ');
}

/** The subject: the store, the day and what there is to correct. */
function subjectOf(digest: Digest): string {
  const { store, today, days } = digest;
  return `${store.name} (${store.number}), ${formatDay(today)}: ${toCorrect(days) || 'nothing to correct'}`;
}

/** What there is to say of a day besides its name and score. */
function linesOf(day: VerifiedDay): string[] {
  const { counts, due, off, turns, holiday } = day;
  const named = off.filter(({ isUsual }) => !isUsual).map(({ name, reason }) => `${name} (${reason})`);
  const usual = off.length - named.length;
  const turnsInWords = [
    { word: 'Juicer', turn: turns.juicer },
    { word: 'primary Lead', turn: turns.primaryLead },
    { word: 'secondary Lead', turn: turns.secondaryLead },
  ].flatMap(({ word, turn }) =>
    turn ? [`${word} ${turn.name}${turn.off === null ? '' : `, who is off (${turn.off})`}`] : [],
  );
  return [
    ...(holiday === null ? [] : [`The store is closed: ${holiday}.`]),
    counts.length > 0
      ? `Planned: ${counts.map(({ type, count }) => `${count} ${type}`).join(', ')}.`
      : 'Nothing is planned.',
    ...(due.length > 0 ? [`Open and due in 24 hours: ${due.map(({ name }) => name).join('; ')}.`] : []),
    ...(off.length > 0
      ? [`Off: ${[...named, ...(usual > 0 ? [`${usual} by their usual week`] : [])].join(', ')}.`]
      : []),
    ...(turnsInWords.length > 0 ? [`By rotation: ${turnsInWords.join('; ')}.`] : []),
  ];
}

const SEVERITY_WORDS = { critical: 'Critical', warning: 'Warning' } as const;

/** What there is to correct on a day, critical first. */
const findingsOf = ({ checks }: VerifiedDay) =>
  (['critical', 'warning'] as const).flatMap((severity) =>
    checks
      .filter((check) => check.severity === severity)
      .flatMap(({ findings }) => findings)
      .filter(({ accepted }) => accepted === null)
      .map(({ message }) => ({ severity, message })),
  );

/** The digest as plain text. */
function textOf(digest: Digest): string {
  const days = digest.days.map((day) =>
    [
      `${nameOf(digest, day)} – score ${day.score}, ${toCorrect([day]) || 'nothing to correct'}`,
      ...findingsOf(day).map(({ severity, message }) => `  ${SEVERITY_WORDS[severity]}: ${message}`),
      ...linesOf(day).map((line) => `  ${line}`),
      `  ${dayAddress(digest, day.day)}`,
    ].join('\n'),
  );
  return [
    `Next days at ${digest.store.name} (${digest.store.number})`,
    ...days,
    `All checks: ${checksAddress(digest)}`,
    `Turn this off: ${accountAddress(digest)}`,
  ].join('\n\n');
}

const nameOf = ({ today }: Digest, { day }: VerifiedDay): string =>
  day === today ? `Today, ${formatDay(day)}` : formatDay(day);

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** A cell: long names are broken, so that they make no phone scroll sideways. */
const CELL =
  'font-family:Helvetica,Arial,sans-serif;font-size:14px;line-height:20px;color:#171b21;word-break:break-word;overflow-wrap:anywhere';
const HEADING = 'margin:0;font-size:14px;line-height:20px;font-weight:normal';
const LINK = 'color:#1a51b8';
const COLORS = { critical: '#b3231b', warning: '#855000' } as const;

/** The digest as HTML that any mail program shows: no style sheet, image or script. */
function htmlOf(digest: Digest): string {
  const link = (address: string, words: string) =>
    `<a href="${escaped(address)}" style="${LINK}">${escaped(words)}</a>`;
  const days = digest.days.map((day) => {
    const lines = linesOf(day).map((line) => `<div style="color:#4a5361">${escaped(line)}</div>`);
    const findings = findingsOf(day).map(
      ({ severity, message }) =>
        `<div><strong style="color:${COLORS[severity]}">${SEVERITY_WORDS[severity]}:</strong> ${escaped(message)}</div>`,
    );
    return `<tr><td style="${CELL};padding:12px 0;border-top:1px solid #e2e5ea">
<h2 style="${HEADING}"><strong>${link(dayAddress(digest, day.day), nameOf(digest, day))}</strong> &middot; score ${day.score}, ${escaped(toCorrect([day]) || 'nothing to correct')}</h2>
${[...findings, ...lines].join('\n')}
</td></tr>`;
  });
  const title = `Next days at ${digest.store.name} (${digest.store.number})`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title></head>
<body style="margin:0;padding:16px;background:#ffffff">
<main>
<table role="presentation" cellpadding="0" cellspacing="0" style="max-width:640px;width:100%;table-layout:fixed;border-collapse:collapse">
<tr><td style="${CELL};padding-bottom:12px"><h1 style="margin:0;font-size:18px;line-height:24px">${escaped(title)}</h1></td></tr>
${days.join('\n')}
<tr><td style="${CELL};padding-top:12px;border-top:1px solid #e2e5ea;line-height:28px">${link(checksAddress(digest), 'All checks')} &middot; ${link(accountAddress(digest), 'Turn this off')}</td></tr>
</table>
</main>
</body></html>`;
}
