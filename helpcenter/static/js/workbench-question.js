// One question by keyboard: a accepts, p passes on, n goes to the next. Never while somebody types, and never with a modifier;
// who often hits a key by accident switches them off, as at the desk (WCAG 2.1.4).

import { remember, remembered } from "./studio-devices.js";

const letters = document.getElementById("keys-letters");

const DEEDS = {
  a: () => document.getElementById("key-take")?.click(),
  n: () => document.getElementById("key-next")?.click(),
  p: () => {
    const pass = document.getElementById("pass");
    if (!pass) return;
    pass.open = true;
    pass.scrollIntoView({ block: "nearest" });
    pass.querySelector("select").focus();
  },
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, select, textarea, [contenteditable]");
  if (typing && event.key === "Escape") return event.target.blur();
  if (typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const deed = letters?.checked && DEEDS[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
});

if (letters) {
  document.getElementById("keys").hidden = false;
  letters.checked = remembered("desk").letters ?? true;
  letters.addEventListener("change", () => remember("desk", { letters: letters.checked }));
}
