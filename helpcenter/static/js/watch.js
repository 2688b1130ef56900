// Entry and recording pages: one player, the text that follows it, chapters that move it.

import { findPlayer } from "./player.js";
import { followTranscript, linkTimes, markTimes } from "./transcript.js";

const player = findPlayer();
if (player) {
  for (const root of document.querySelectorAll("[data-transcript]")) followTranscript(root, player);
  for (const root of document.querySelectorAll("[data-jump]")) {
    linkTimes(root, player);
    markTimes(root, player);
    root.addEventListener("click", () => document.getElementById("player").scrollIntoView({ block: "nearest" }));
  }
}
