// A video at YouTube: nothing is asked of Google before the click, which replaces our own box by YouTube's player.

const ID = /^[A-Za-z0-9_-]{11}$/;

export function youtubePlayer(box) {
  const button = box.querySelector("[data-load]");
  const id = box.dataset.youtube;
  let start = Math.floor(Number(box.dataset.start)) || 0;
  let frame = null;
  if (!button || !ID.test(id)) return null;

  const address = () => `https://www.youtube-nocookie.com/embed/${id}?start=${start}&autoplay=1`;
  const load = () => {
    frame = document.createElement("iframe");
    frame.title = box.dataset.title;
    frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    frame.allowFullscreen = true;
    frame.src = address();
    box.classList.add("player--loaded");
    box.replaceChildren(frame);
    frame.focus();
  };
  button.hidden = false;
  button.addEventListener("click", load);
  return {
    seek(seconds) {
      start = Math.floor(seconds);
      // A line of the text is not the consent: the button is.
      if (frame) frame.src = address();
      else button.focus();
    },
    onTime: null, // YouTube tells the time to its own script alone, which we do not load
  };
}
