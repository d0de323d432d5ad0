import { type CallName, CrossmarkError } from './errors.ts';
import type { HttpAnswer } from './http.ts';

/** One HTTP call to Crossmark, and how to parse a 2xx answer to it. */
export type Call<T> = {
  name: CallName;
  path: string;
  /**
   * The body. A call has at most one of `form`, `json` and `multipart` and is then a POST,
   * otherwise a GET. The fields of a form keep Crossmark's own order.
   */
  form?: Record<string, string> | undefined;
  json?: object;
  multipart?: Record<string, string>;
  query?: Record<string, string | number>;
  headers?: Record<string, string>;
  /**
   * Whether the call changes something at Crossmark. Crossmark may apply a write although its
   * answer is lost.
   */
  isWrite?: boolean;
  /**
   * The call reads a file of any kind. Its answer has the bytes, and redirects and refusals are
   * answers too. A failure says nothing about Crossmark's health.
   */
  file?: { maxBytes: number };
  signal?: AbortSignal | undefined;
  /**
   * Parses a 2xx answer. Throws {@link RefusedAnswer} for a refusal, {@link MismatchedAnswer} for
   * an answer about another subject, and `UnexpectedAnswerError` for any other answer that can't be
   * trusted.
   */
  parse: (json: unknown, answer: HttpAnswer) => T;
};

/** A refusal by Crossmark in a 2xx answer. */
export class RefusedAnswer extends Error {}

/**
 * A well-formed answer about another subject than requested. The message is a sentence that says
 * so.
 */
export class MismatchedAnswer extends Error {}

/**
 * Prepares the input of a call. Throws `rejected`, with nothing sent, if `prepare` throws because
 * of an id, day or time that is not valid.
 */
export function checkInput<T>(name: CallName, prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not valid';
    throw new CrossmarkError('rejected', name, `Not sent to Crossmark: ${reason}`);
  }
}

/** The body and content type of a call, as Crossmark's own pages send them; undefined for a GET. */
export function encodeBody(call: Call<unknown>): { body: string; type: string } | undefined {
  if (call.form) {
    const type = 'application/x-www-form-urlencoded; charset=UTF-8';
    return { body: new URLSearchParams(call.form).toString(), type };
  }
  if (call.json) return { body: JSON.stringify(call.json), type: 'application/json' };
  if (call.multipart) {
    const boundary = `----CrossmarkScheduler${crypto.randomUUID()}`;
    const parts = Object.entries(call.multipart).map(
      ([name, value]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    return {
      body: `${parts.join('')}--${boundary}--\r\n`,
      type: `multipart/form-data; boundary=${boundary}`,
    };
  }
  return undefined;
}

/** The query of a call with its `?`; empty for a call without one. */
export function encodeQuery({ query }: Call<unknown>): string {
  if (!query) return '';
  const pairs = Object.entries(query).map((pair) => pair.map(encodeURIComponent).join('='));
  return `?${pairs.join('&')}`;
}
