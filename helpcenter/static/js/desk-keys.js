// The desk by keyboard. Never while somebody types, and never with a modifier, but for Alt with the arrows. Who speaks to his
// computer, or often hits a key by accident, switches single signs off (WCAG 2.1.4).

import { remember, remembered } from "./studio-devices.js";

const BUTTONS = {
  a: ["bar-answer"], d: ["bar-done"], s: ["bar-skip"], u: ["bar-undo"], o: ["bar-off", "bar-on"], n: ["show-new"],
};
const dialog = document.getElementById("keys");
const opener = document.getElementById("show-keys");
const letters = document.getElementById("keys-letters");

const rows = () => [...document.querySelectorAll("#agenda > li, #inbox > li")];
const press = (id) => {
  const button = document.getElementById(id);
  if (!button || button.disabled || button.closest("[hidden]")) return false;
  button.click();
  return true;
};

/** The one above or below; from nowhere, the first. */
function choose(step) {
  const all = rows();
  const at = all.indexOf(document.activeElement.closest?.(".item"));
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function onChosen(event) {
  const row = event.target.closest?.("#desk .item");
  if (!row) return false;
  const { id, place } = row.dataset;
  if (event.altKey) return press(`${event.key === "ArrowUp" ? "up" : "down"}-${id}`);
  if (event.key !== "Enter" || event.target !== row) return false;
  return place === "agenda" ? press(`answer-${id}`) : press(`take-${id}`) || press(`answer-${id}`);
}

function does(event) {
  if (event.key === "Enter" || (event.altKey && event.key.startsWith("Arrow"))) return onChosen(event);
  if (event.altKey) return false;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") return choose(event.key === "ArrowDown" ? 1 : -1), true;
  if (!letters.checked) return false;
  if (event.key === "?") return dialog.showModal(), true;
  if (event.key === "f") return document.getElementById("mark-title")?.focus(), true;
  return BUTTONS[event.key]?.some(press) ?? false;
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, select, textarea, [contenteditable]");
  if (typing && event.key === "Escape") return event.target.blur();
  if (typing || event.repeat || event.ctrlKey || event.metaKey || dialog.open || event.isComposing) return;
  if (does(event)) event.preventDefault();
});

function showLetters() {
  opener.querySelector("kbd").hidden = !letters.checked;
}

letters.checked = remembered("desk").letters ?? true;
letters.addEventListener("change", () => {
  remember("desk", { letters: letters.checked });
  showLetters();
});
showLetters();
opener.hidden = false;
opener.addEventListener("click", () => dialog.showModal());
