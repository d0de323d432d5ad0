export const SHORTEST_PASSWORD = 12;
/** The cost of hashing grows with the length. No person types a longer password. */
export const LONGEST_PASSWORD = 128;

/** The words that an attacker would guess first. */
const OUR_WORDS = ['crossmark', 'crossmarkscheduler', 'scheduler', 'dispatcher'];

let common: Promise<ReadonlySet<string>> | undefined;

/** The 49,000 passwords that leaked most often. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set<string>(dictionary['passwords-common']),
  );
  return common;
}

/**
 * Returns what is wrong with a new password, as the end of a sentence that starts with its name
 * (`is shorter than …`); undefined if it is accepted. All characters are allowed and none is
 * required. A password is refused if it is too short or easy to guess: a leaked one, the product's
 * name, the person's name, one of these with digits and signs around it, or a repetition.
 * @param person their e-mail address and name
 */
export async function passwordProblem(
  password: string,
  person: { email: string; name: string },
): Promise<string | undefined> {
  if (password.length < SHORTEST_PASSWORD) return `is shorter than ${SHORTEST_PASSWORD} characters`;
  if (password.length > LONGEST_PASSWORD) return `is longer than ${LONGEST_PASSWORD} characters`;
  const folded = password.normalize('NFKC').toLowerCase();
  const once = /^(.+?)\1*$/su.exec(folded)?.[1] ?? folded;
  const bare = (text: string) => /\p{L}(?:.*\p{L})?/su.exec(text)?.[0] ?? '';
  const [address = '', host = ''] = person.email.toLowerCase().split('@');
  const theirs = [person.email, address, host, person.name, person.name.replaceAll(' ', '')];
  const known = new Set([...OUR_WORDS, ...theirs.filter(Boolean).map((word) => word.toLowerCase())]);
  const list = await commonPasswords();
  const joined = folded.replace(/[^\p{L}\p{N}]/gu, '');
  const tried = [folded, once, joined, bare(folded), bare(once), bare(joined)];
  const easy = tried.some((part) => known.has(part) || list.has(part)) || once.length < 4;
  return easy ? 'is easily guessed: it is a well-known word, or is built on one' : undefined;
}
