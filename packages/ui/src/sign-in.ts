/**
 * Sends a sign-in request to the page's server. Returns undefined if the password is right,
 * otherwise a sentence for the person. `noAnswer` is the sentence for a server that does not
 * answer.
 */
export async function requestSignIn(
  email: string,
  password: string,
  noAnswer: string,
): Promise<string | undefined> {
  const answer = await fetch('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  }).catch(() => undefined);
  if (answer?.status === 401 || answer?.status === 400) {
    return 'E-mail or password is wrong. Check both and try again.';
  }
  if (answer?.status === 429 || answer?.status === 403) {
    const { message }: { message?: string } = await answer.json().catch(() => ({}));
    if (message) return message;
    return answer.status === 429 ? 'Too many attempts. Wait a minute, then try again.' : noAnswer;
  }
  return answer?.ok ? undefined : noAnswer;
}
