// The page of a search: says once that it was made, and once that a hit was opened. Nothing is kept in the browser.

const page = document.querySelector("[data-searched]");
const told = new Set();

function tell(what) {
  if (told.has(what)) return;
  told.add(what);
  const form = new FormData();
  for (const name of ["words", "found", "key"]) form.set(name, page.dataset[name]);
  form.set("what", what);
  const token = document.querySelector("meta[name=csrf-token]");
  if (token) form.set("csrf_token", token.content);
  navigator.sendBeacon(page.dataset.searched, form);
}

// A page that is loaded again, or come back to, is no other search.
function begin() {
  if (performance.getEntriesByType("navigation")[0]?.type === "navigate") tell("made");
}

if (document.prerendering) document.addEventListener("prerenderingchange", begin, { once: true });
else begin();

for (const kind of ["click", "auxclick"]) {
  page.addEventListener(kind, (event) => { if (event.target.closest(".hits a")) tell("clicked"); });
}
