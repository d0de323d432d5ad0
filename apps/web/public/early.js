// Sends the first requests of a page while its code is still loading: the session, the stores, and the board's week. It stands
// in a file of its own, because the page's policy allows no scripts in the page. src/lib/early.ts uses the answers.
(() => {
  const { pathname, search } = location;
  // Pages for people who have not signed in.
  if (['/sign-in', '/set-up', '/join'].includes(pathname)) return;
  const send = (url) => {
    const request = { url, clockMs: Date.now(), passedMs: performance.now(), answer: fetch(url) };
    // A failure is reported by whoever uses the answer.
    request.answer.catch(() => undefined);
    return request;
  };
  const query = (path, input) =>
    send(`/trpc/${path}?batch=1&input=${encodeURIComponent(JSON.stringify({ 0: input }))}`);
  window.earlyRequests = [send('/api/auth/get-session'), query('stores.list')];
  if (pathname !== '/') return;

  // The files of the board, which the build writes here.
  for (const href of document.currentScript.dataset.files?.split(' ') ?? [])
    document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href }));

  // Only addresses as the page writes them: a Sunday, and the number of a store. The page requests all others itself.
  const params = new URLSearchParams(search);
  const [week, store] = ['week', 'store'].map((name) => params.get(name));
  const sunday = week && new Date(`${week}T00:00:00Z`);
  const isSunday = sunday && sunday.getUTCDay() === 0 && sunday.toISOString().slice(0, 10) === week;
  if ((week !== null && !isSunday) || (store !== null && !/^[1-9]\d{0,8}$/.test(store))) return;
  const input = { ...(week && { weekOf: week }), ...(store && { storeId: Number(store) }) };
  window.earlyRequests.push(query('board.week', input));
})();
