// Our own live picture (HLS): by hls.js where it runs, else by the browser itself; back to live, and off the record.

const LATE = 15; // seconds behind the newest picture from which "back to live" is offered
const AGAIN = 2_500;

/** The picture in `box`: `pause()`, `hush(yes)`, `over(yes)`; null where there is none. */
export function picture(box) {
  if (!box) return null;
  const video = box.querySelector("video");
  const coming = box.querySelector('[data-words="coming"]');
  const quiet = box.querySelector('[data-words="hush"]');
  const [sound, live] = ["sound", "live"].map((name) => box.querySelector(`[data-do="${name}"]`));
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let hls = null;
  let over = box.hasAttribute("data-over");
  let hushed = !quiet.hidden;
  let left = { at: null, latest: true, paused: calm }; // how it stood when it was hushed, which may be before it began

  // A picture that moves by itself is muted, as browsers want it; where the viewer wants it calm, he starts it.
  const begin = () => {
    coming.hidden = true;
    if (!calm && !over && !hushed) video.play().catch(() => {});
  };
  video.addEventListener("loadedmetadata", begin);
  video.addEventListener("volumechange", show);
  video.addEventListener("timeupdate", show);
  video.addEventListener("play", show);

  function newest() {
    if (hls?.liveSyncPosition) return hls.liveSyncPosition;
    return video.seekable.length ? video.seekable.end(video.seekable.length - 1) : 0;
  }

  function show() {
    sound.hidden = !video.muted || video.paused;
    live.hidden = over || isLatest();
  }

  const isLatest = () => newest() - video.currentTime < LATE;

  function leave() {
    if (video.readyState) left = { at: video.currentTime, latest: isLatest(), paused: video.paused };
    video.pause();
  }

  // Each viewer goes on where he was, or where he has gone in the meantime; who was at the newest picture is there again.
  function comeBack() {
    if (!video.paused) return;
    const moved = left.at !== null && Math.abs(video.currentTime - left.at) > 1;
    if (left.latest && !moved) video.currentTime = newest();
    if (!left.paused) video.play().catch(() => {});
  }

  sound.addEventListener("click", () => {
    video.muted = false;
    video.play().catch(() => {});
    video.focus();
  });
  live.addEventListener("click", () => {
    video.currentTime = newest();
    video.play().catch(() => {});
    video.focus();
  });

  function load(Hls) {
    hls = new Hls({
      enableWorker: false, // our pages let no worker run from a blob
      lowLatencyMode: false,
      liveSyncDurationCount: 2,
      liveMaxLatencyDurationCount: 1e6, // whoever went back to an earlier moment is left there
      liveDurationInfinity: false,
      maxLiveSyncPlaybackRate: 1.05,
      backBufferLength: 60,
      startPosition: over ? 0 : -1,
    });
    hls.on(Hls.Events.ERROR, (_, error) => {
      if (!error.fatal) return;
      if (error.type === Hls.ErrorTypes.MEDIA_ERROR) return hls.recoverMediaError();
      // Not there yet, or the line is broken: it is tried again until it is there.
      setTimeout(() => hls?.loadSource(box.dataset.src), AGAIN);
    });
    hls.loadSource(box.dataset.src);
    hls.attachMedia(video);
  }

  function native() {
    video.src = box.dataset.src;
    video.addEventListener("error", () => setTimeout(() => {
      video.src = box.dataset.src;
      video.load();
    }, AGAIN));
    video.preload = "metadata";
    video.load();
  }

  function start() {
    if (window.Hls?.isSupported()) load(window.Hls);
    else if (video.canPlayType("application/vnd.apple.mpegurl")) native();
  }

  if (window.Hls) start();
  else {
    const script = Object.assign(document.createElement("script"), { src: box.dataset.hls });
    script.addEventListener("load", start);
    script.addEventListener("error", start);
    document.head.append(script);
  }

  return {
    pause: () => video.pause(),
    hush(yes) {
      if (yes === hushed) return;
      hushed = yes;
      quiet.hidden = !yes;
      if (yes) leave();
      else comeBack();
    },
    over(yes) {
      over = yes;
      show();
    },
  };
}
