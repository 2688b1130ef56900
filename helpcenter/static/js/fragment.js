// A piece of a page for what has been typed: asked for after a pause, the newest answer wins.

const PAUSE = 180;

/** Call `show(nodes)` with the piece at `address?q=…` for each value that `input` rests at. */
export function whileTyping(input, address, show) {
  let timer = 0;
  let asking = null;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      asking?.abort();
      asking = new AbortController();
      const url = new URL(address, location.href);
      url.searchParams.set("q", input.value);
      try {
        const answer = await fetch(url, { signal: asking.signal, headers: { Accept: "text/html" } });
        if (answer.ok) show(parse(await answer.text()));
      } catch (error) {
        if (error.name !== "AbortError") show([]); // without a network the form still works
      }
    }, PAUSE);
  });
}

function parse(text) {
  return [...new DOMParser().parseFromString(text, "text/html").body.childNodes];
}
