import { parsedSearch, type RawSearch, text } from '../search-params.ts';

/** Where to go after signing in, and whether a session has just ended. */
export function signInSearch(search: RawSearch) {
  const next = text(search.next);
  return parsedSearch({
    // Only paths of this app: a link to the sign-in page leads to no other site.
    next: next && /^\/(?![/\\])\P{Cc}*$/u.test(next) ? next : undefined,
    ended: search.ended === true ? true : undefined,
  });
}
