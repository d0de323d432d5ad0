import { type SubmitEvent, useState } from 'react';

/**
 * The state of a sign-in form. `signIn` returns the sentence of a refusal, or undefined if the
 * person is signed in. The form then stays busy, because the page is about to change.
 */
export function useSignInForm(signIn: (form: FormData) => Promise<string | undefined>) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsBusy(true);
    setProblem(undefined);
    const refusal = await signIn(new FormData(event.currentTarget));
    setProblem(refusal);
    if (refusal) setIsBusy(false);
  };
  return { submit, isBusy, problem };
}
