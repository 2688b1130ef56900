// The player of a page, native or YouTube's: `seek(seconds)` moves it, `onTime(callback)`, where it is not null, tells where it is.

import { youtubePlayer } from "./youtube.js";

/** The player of the page, or of a piece of it; null where there is none. */
export function findPlayer(root = document) {
  const element = root.querySelector("#player");
  if (!element) return null;
  return element instanceof HTMLMediaElement ? nativePlayer(element) : youtubePlayer(element);
}

function nativePlayer(media) {
  stopAtEnd(media);
  return {
    seek(seconds) {
      const move = () => {
        media.currentTime = seconds;
        media.play().catch(() => {}); // a browser may refuse to play by itself; then the picture waits at the right second
      };
      if (media.readyState >= HTMLMediaElement.HAVE_METADATA) move();
      else {
        media.addEventListener("loadedmetadata", move, { once: true });
        media.preload = "auto";
        media.load();
      }
    },
    onTime(callback) {
      for (const event of ["timeupdate", "seeking"]) media.addEventListener(event, () => callback(media.currentTime));
    },
  };
}

// A clip of an uncut recording ends at its own end, once; whoever plays on from there wants to see more.
function stopAtEnd(media) {
  const start = Number(media.dataset.start);
  const end = Number(media.dataset.end ?? NaN);
  media.addEventListener("loadedmetadata", () => {
    // Browsers that know media fragments are there already.
    if (start > 0 && media.currentTime < 0.5) media.currentTime = start;
  }, { once: true });
  if (!Number.isFinite(end)) return;
  let before = start;
  media.addEventListener("timeupdate", () => {
    const now = media.currentTime;
    if (!media.seeking && !media.paused && before < end && now >= end && now - before < 2) media.pause();
    before = now;
  });
}
