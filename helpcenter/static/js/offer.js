// Whoever is about to ask sees what answers it: while he types, and each clip plays in its place. Who has watched one and leaves
// without asking is counted, once and without a name.

import { whileTyping } from "./fragment.js";
import { findPlayer } from "./player.js";

const ENOUGH = 5; // seconds of a clip after which it counts as watched
const ENOUGH_ELSEWHERE = 10; // at YouTube, which does not tell us what is playing: seconds since it was loaded, while it is seen

let watched = "";
let staying = false;

/** Offer answers in `form`, for what is typed into `input`; `place` is where they stand. */
export function offerAnswers(form, input, place) {
  whileTyping(input, form.dataset.similar, (nodes) => {
    const media = place.querySelector("video, audio");
    if (media && !media.paused) return; // what he is watching is not taken away from him
    place.replaceChildren(...nodes);
  });
  place.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-clip]");
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      toggle(link).catch(() => { location.href = link.href; }); // without the piece, the page that holds the clip
    }
    if (event.target.closest("[data-join]")) staying = true;
  });
  document.addEventListener("submit", () => { staying = true; });
  addEventListener("pagehide", () => leave(form));
}

async function toggle(link) {
  const item = link.closest("li");
  const open = item.querySelector(".similar__player");
  for (const other of item.parentElement.querySelectorAll(".similar__player")) close(other);
  if (open) return;
  const answer = await fetch(link.dataset.clip, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.statusText);
  const piece = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
  const player = findPlayer(piece);
  piece.querySelector("#player")?.setAttribute("id", "clip-player"); // the page may have a player of its own
  document.querySelector("video#player, audio#player")?.pause();
  item.append(piece);
  link.setAttribute("aria-expanded", "true");
  watch(piece, player, item.querySelector("[name=answer]")?.value ?? "");
  if (piece.querySelector("video, audio")) player.seek(Number(piece.querySelector("video, audio").dataset.start));
  else piece.querySelector("button")?.focus();
  piece.scrollIntoView({ block: "nearest" });
}

function close(piece) {
  piece.closest("li").querySelector("[data-clip]").removeAttribute("aria-expanded");
  piece.remove();
}

function watch(piece, player, answer) {
  let seen = 0;
  if (player?.onTime) {
    let before = null;
    player.onTime((now) => {
      const step = before === null ? 0 : now - before;
      if (step > 0 && step < 1.5) seen += step;
      before = now;
      if (seen >= ENOUGH) watched = answer;
    });
    return;
  }
  const timer = setInterval(() => {
    if (!piece.isConnected) clearInterval(timer);
    else if (!document.hidden && piece.querySelector("iframe") && ++seen >= ENOUGH_ELSEWHERE) watched = answer;
  }, 1000);
}

function leave(form) {
  if (!watched || staying) return;
  staying = true; // once for each time that the page is opened
  const told = new URLSearchParams({ answer: watched });
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token) told.set("csrf_token", token);
  navigator.sendBeacon(form.dataset.watched, told);
}
