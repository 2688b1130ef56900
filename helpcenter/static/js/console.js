// The host's page: clocks that run by the server's time, marks that survive a broken line, copying.
// Everything else is done by forms and by htmx, which fetches the state every few seconds.

const token = document.querySelector('meta[name="csrf-token"]').content;
const store = `marks:${location.pathname}`;

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = token;
});

// --- Clocks: data-since counts up, data-until counts down; both are instants of the server, in seconds ------------------

const started = performance.now();
const serverStart = Number(document.body.querySelector("[data-server-now]")?.dataset.serverNow ?? Date.now() / 1000);
const serverNow = () => serverStart + (performance.now() - started) / 1000;
const two = (number) => String(number).padStart(2, "0");

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function tick() {
  for (const place of document.querySelectorAll("[data-since]"))
    place.textContent = clock(serverNow() - Number(place.dataset.since));
  for (const place of document.querySelectorAll("[data-until]"))
    place.textContent = Math.max(0, Math.ceil(Number(place.dataset.until) - serverNow()));
}
setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", tick);
tick();

// --- Marks: each has a key, so that sending it twice keeps one; what cannot be sent waits, and says how late it is --------

const read = () => JSON.parse(localStorage.getItem(store) ?? "[]");
const write = (list) => localStorage.setItem(store, JSON.stringify(list));
let sending = false;

function showWaiting() {
  const waiting = document.getElementById("marks-waiting");
  const number = read().length;
  waiting.hidden = number === 0;
  waiting.textContent = waiting.dataset.text.replace("{number}", number);
}

// The piece with the marks as the answer has it; an answer without one (the sign-in has ended) is a page of its own.
function showMarks(text) {
  const piece = new DOMParser().parseFromString(text, "text/html").getElementById("marks");
  if (!piece) return location.reload();
  document.getElementById("marks").replaceWith(piece);
  htmx.process(piece);
}

async function sendAll() {
  if (sending) return;
  sending = true;
  try {
    for (let list = read(); list.length; list = read()) {
      const [mark] = list;
      const data = new URLSearchParams({ ...mark.fields, late: (Date.now() - mark.at) / 1000 });
      const headers = { "X-CSRF-Token": token, "HX-Request": "true" };
      const answer = await fetch(mark.address, { method: "POST", body: data, headers });
      if (answer.status >= 500 || answer.status === 429) break; // later, then
      write(read().filter((other) => other.fields.key !== mark.fields.key));
      showMarks(await answer.text());
    }
  } catch {
    // no network: they wait
  } finally {
    sending = false;
    showWaiting();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-mark]")) return;
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form, event.submitter));
  delete fields.csrf_token;
  fields.key = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  write([...read(), { address: form.action, fields, at: Date.now() }]);
  form.reset();
  showWaiting();
  sendAll();
});
setInterval(sendAll, 5000);
window.addEventListener("online", sendAll);
sendAll();

// What somebody is typing is not taken away from under his fingers.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "marks" && document.getElementById("mark-title")?.value) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSwap", showWaiting);

// --- Copying -----------------------------------------------------------------------------------------------------------

function showCopies() {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}
document.addEventListener("htmx:afterSwap", showCopies);
showCopies();
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  const said = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = said), 1500);
});
