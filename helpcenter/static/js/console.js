// The host's page: clocks that run by the server's time, the desk, copying. How the broadcast stands is fetched by htmx.

import { Buffer } from "./desk-buffer.js";
import "./desk-keys.js";
import { keepNotes } from "./desk-notes.js";
import { View } from "./desk-view.js";

const token = document.querySelector('meta[name="csrf-token"]').content;

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = token;
});

// Whoever has pressed "End" goes on with the question that is asked then.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.requestConfig?.triggeringEvent?.type === "click") document.getElementById("no")?.focus();
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

// Minutes and seconds; hours only where there are some.
const short = (seconds) => clock(seconds).replace(/^00:/, "");

function tick() {
  for (const place of document.querySelectorAll('[data-since]:not([data-since=""])'))
    place.textContent = clock(serverNow() - Number(place.dataset.since));
  for (const place of document.querySelectorAll("[data-until]"))
    place.textContent = Math.max(0, Math.ceil(Number(place.dataset.until) - serverNow()));
  for (const place of document.querySelectorAll("[data-ends]")) {
    const left = Number(place.dataset.ends) - serverNow();
    place.classList.toggle("is-over", left < 0);
    place.textContent = (left < 0 ? place.dataset.over : place.dataset.left).replace("{time}", short(Math.abs(left)));
  }
}
setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", tick);
tick();

// --- The desk: presses are shown at once, and sent as soon as there is a line ---------------------------------------------

const desk = document.getElementById("desk");
const state = document.getElementById("line-state");

function showLine() {
  const waiting = buffer.waiting.length;
  const long = waiting > 0 && Date.now() - buffer.waiting[0].at > 1_500; // what is sent at once needs no words
  const words = buffer.out ? "out" : buffer.offline ? "offline" : long ? "waiting" : "";
  const told = [words, buffer.offline && waiting ? "waiting" : "", buffer.forgetful && waiting ? "forgetful" : ""];
  const said = told.filter(Boolean).map((name) => state.dataset[name].replace("{number}", waiting));
  if (buffer.refused) said.push(state.dataset.refused.replace("{number}", buffer.refused));
  const text = said.join(" ");
  state.hidden = !text;
  state.dataset.count = waiting;
  if (state.textContent !== text) state.textContent = text;
}

const buffer = new Buffer(`desk:${location.pathname}`, token, {
  arrived: (page) => view.take(page),
  changed: () => queueMicrotask(() => (showLine(), view.render())),
});
const view = new View(desk, {
  waiting: () => buffer.waiting,
  serverTime: ({ at }) => serverNow() - (Date.now() - at) / 1000,
  line: (offline) => buffer.line(offline),
});
const uuid = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("");

let before = "";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-deed]")) return;
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  const button = event.submitter;
  const address = button?.formAction && button.hasAttribute("formaction") ? button.formAction : form.action;
  const deed = button?.dataset.deed ?? form.dataset.deed;
  delete fields.csrf_token;
  if ("seen" in fields) fields.seen = view.desk.dataset.key;
  fields.after = before; // the way to the server may take this one less time than the one before
  if (deed === "undo") fields.target = view.desk.dataset.last;
  const id = form.closest(".item")?.dataset.id;
  if (!form.closest("#desk")) form.reset();
  document.activeElement?.matches("input, select") && document.activeElement.blur();
  before = uuid();
  buffer.put({ key: before, deed, address, fields, id, title: form.dataset.title ?? fields.title ?? "", at: Date.now() });
});

// The studio covers the picture as soon as somebody here presses, not only when the server has heard of it.
let offRecord = null;
document.addEventListener("desk:shown", ({ detail }) => {
  tick();
  document.querySelector(".console").classList.toggle("console--live", detail.running);
  document.getElementById("free")?.toggleAttribute("hidden", !detail.running);
  if (offRecord !== null && detail.offRecord !== offRecord)
    document.dispatchEvent(new CustomEvent("studio:off-record", { detail: detail.offRecord }));
  offRecord = detail.offRecord;
});
addEventListener("beforeunload", (event) => {
  if (buffer.offline || (buffer.forgetful && buffer.waiting.length)) event.preventDefault();
});
setInterval(showLine, 1_000);
keepNotes(token);

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
