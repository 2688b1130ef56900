// The decision about one clip: the player keeps to the stretch, times are taken from it, two keys decide.

import "./workbench.js";
import { readTime, writeTime } from "./workbench-time.js";

const player = document.getElementById("player");
const form = document.querySelector("form.decision");
const field = (name) => form.elements.namedItem(name);
let stopAt = null;

function seek(seconds) {
  stopAt = null;
  player.currentTime = seconds;
  player.play();
}

function playStretch() {
  player.currentTime = readTime(field("start").value) ?? Number(player.dataset.start);
  stopAt = readTime(field("end").value);
  player.play();
}

function markCurrentLine() {
  const buttons = [...document.querySelectorAll("[data-seek]")];
  const current = buttons.filter((button) => Number(button.dataset.seek) <= player.currentTime + 0.05).at(-1);
  for (const button of buttons) button.closest("li").classList.toggle("is-current", button === current);
}

// Ctrl is part of each: a single letter would decide by accident, and cannot be turned off (WCAG 2.1.4).
function decideByKey(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const action = event.shiftKey ? "reject" : "confirm";
  const button = form.querySelector(`button[name="action"][value="${action}"]`);
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
}

for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
document.addEventListener("keydown", decideByKey);

if (player) {
  for (const part of document.querySelectorAll('[data-needs="player"]')) part.hidden = false;
  document.querySelector(".said")?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-seek]");
    if (button) seek(Number(button.dataset.seek));
  });
  form.addEventListener("click", (event) => {
    const taken = event.target.closest("[data-take]");
    if (taken) field(taken.dataset.take).value = writeTime(player.currentTime);
    if (event.target.closest("[data-play]")) playStretch();
  });
  player.addEventListener("timeupdate", () => {
    markCurrentLine();
    if (stopAt !== null && player.currentTime >= stopAt) {
      stopAt = null;
      player.pause();
    }
  });
}
