// Entry and recording pages: one player, the text that follows it, chapters that move it.

import { findPlayer } from "./player.js";
import { followTranscript, linkTimes, markTimes } from "./transcript.js";

const player = findPlayer();
const helpful = document.querySelector("[data-helpful]");
if (helpful) tellSearch(helpful);
if (player) {
  for (const root of document.querySelectorAll("[data-transcript]")) followTranscript(root, player);
  for (const root of document.querySelectorAll("[data-jump]")) {
    linkTimes(root, player);
    markTimes(root, player);
    root.addEventListener("click", () => document.getElementById("player").scrollIntoView({ block: "nearest" }));
  }
}

/** Whoever came from a search takes its words along, so that a yes says that it was solved; nothing is kept for that. */
function tellSearch(form) {
  if (!document.referrer) return;
  const from = new URL(document.referrer);
  const words = from.searchParams.get("q");
  if (from.origin !== location.origin || from.pathname !== "/search" || !words) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "searched", value: words });
  form.append(field);
}
