// What changes, as a stream of events (SSE); asked for every few seconds where streams do not get through.

const QUIET = 9_000; // the server gives a sign every 4 s: whoever hears none for longer has a proxy that holds it back
const POLL = [3_000, 5_000];
const FAR = 30_000;
const AGAIN = [30_000, 60_000];

const between = ([least, most]) => least + Math.random() * (most - least);

/** Call `take(message)` with each message of `events`, or of `json`; `gone()` once the session may not be seen any more. */
export function follow({ events, json, since, near, take, gone }) {
  let source = null;
  let heard = 0;
  let polling = 0;
  let etag = "";
  let number = since;

  function listen() {
    clearTimeout(polling);
    polling = 0;
    if (!window.EventSource || !near()) return poll();
    heard = Date.now();
    let broken = 1; // the first try may not fail; a line that worked may break once, and is opened again by the browser
    source = new EventSource(`${events}?since=${number}`);
    source.addEventListener("message", (event) => {
      heard = Date.now();
      broken = 0;
      number = event.lastEventId;
      take(JSON.parse(event.data));
    });
    source.addEventListener("sign", () => { heard = Date.now(); });
    source.addEventListener("error", () => {
      broken += 1;
      if (source && (source.readyState === EventSource.CLOSED || broken > 1)) fall(); // too many watch, or something blocks it
    });
  }

  function fall() {
    source?.close();
    source = null;
    if (!polling) poll();
    setTimeout(listen, between(AGAIN));
  }

  async function poll() {
    try {
      const answer = await fetch(json, { headers: { Accept: "application/json", ...(etag ? { "If-None-Match": etag } : {}) } });
      if (answer.status === 404) return gone();
      if (answer.ok && answer.status !== 304) {
        etag = answer.headers.get("ETag") ?? "";
        const message = await answer.json();
        number = String(message.number);
        take(message);
      }
    } catch {
      // no network: the next try is on its way
    }
    if (source) return;
    polling = setTimeout(near() && !document.hidden ? poll : later, near() ? between(POLL) : FAR);
  }

  // Far from its beginning the page asks seldom; as soon as that is near, it listens.
  function later() {
    if (near() && !document.hidden) listen();
    else poll();
  }

  setInterval(() => {
    if (source && Date.now() - heard > QUIET) fall();
  }, 1_000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !source && polling) {
      clearTimeout(polling);
      poll();
    }
  });
  listen();
}
