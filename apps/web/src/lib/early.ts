import type { SentRequest } from '@scheduler/runtime/browser-clock';

declare global {
  interface Window {
    /** The requests that public/early.js sent before the page’s code was loaded. */
    earlyRequests?: (SentRequest & { url: string })[] | undefined;
  }
}

/** Whether there is an early request of a URL that begins like this. It must not be sent together with others. */
export const isRequestedEarly = (start: string): boolean =>
  window.earlyRequests?.some(({ url }) => url.startsWith(start)) ?? false;

/** Returns the early request of a URL, once; undefined if there is none. */
export function takeEarlyRequest(url: string | URL | Request): SentRequest | undefined {
  const request = window.earlyRequests?.find((each) => each.url === url);
  window.earlyRequests = window.earlyRequests?.filter((each) => each !== request);
  return request;
}

/** Forgets the early requests that nobody used, because later their answers would be out of date. */
export function forgetEarlyRequests(): void {
  window.earlyRequests = undefined;
}
