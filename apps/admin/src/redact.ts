import { isSecretName, redactInternals } from '@scheduler/runtime';

const HIDDEN = '[redacted]';

/** Secrets in texts, such as an error message that quotes a request. The first group stays. */
const SECRET_TEXT = [
  /(\b(?:password|passwd|secret|token|api[-_]?key|phpsessid)["']?\s{0,9}[=:]\s{0,9}["']?)[^\s"'&;,}]+/gi,
  /(\b(?:set-)?cookie["']?\s*:\s*)[^\r\n]+/gi,
  /(\b(?:bearer|basic)\s+)[a-z0-9._~+/=-]{8,}/gi,
  /(:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/gi,
];

/** The most characters of a displayed text; the rest is cut off before the expressions run. */
const LONGEST_SHOWN = 2_000;

/**
 * Copies a value for display, without passwords, cookies and the like: by name in objects, by
 * pattern in texts. Failed statements and addresses are removed from texts.
 */
export function redact<T>(value: T): T {
  return redactAny(value) as T;
}

function redactAny(value: unknown): unknown {
  if (typeof value === 'string') {
    const begin = redactInternals(value.slice(0, LONGEST_SHOWN));
    const redacted = SECRET_TEXT.reduce((text, pattern) => text.replace(pattern, `$1${HIDDEN}`), begin);
    return value.length > LONGEST_SHOWN ? `${redacted}…` : redacted;
  }
  if (Array.isArray(value)) return value.map(redactAny);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        isSecretName(name) && inner !== null ? HIDDEN : redactAny(inner),
      ]),
    );
  }
  return value;
}
