// The text beside the player: marks the line that is being said, keeps it in view, and moves the player where one clicks.

/** Let the links with data-start below `root` move the player. */
export function linkTimes(root, player) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-start]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    player.seek(Number(link.dataset.start));
  });
}

/** Mark the link of the present second among those below `root`; `show` is told each new one. */
export function markTimes(root, player, show = () => {}) {
  if (!player.onTime) return;
  const links = [...root.querySelectorAll("a[data-start]")];
  const starts = links.map((link) => Number(link.dataset.start));
  let current = -1;
  player.onTime((seconds) => {
    const next = lastAtOrBefore(starts, seconds + 0.05);
    if (next === current) return;
    links[current]?.removeAttribute("aria-current");
    links[next]?.setAttribute("aria-current", "true");
    current = next;
    if (next >= 0) show(links[next]);
  });
}

/** The transcript: marked, clickable, following unless the reader scrolls away or says no. */
export function followTranscript(root, player) {
  const lines = root.querySelector(".transcript__lines");
  const box = root.querySelector("[data-follow]");
  if (!lines || !box) return;
  box.closest("label").hidden = !player.onTime;
  let scrolledAt = -Infinity;
  for (const event of ["wheel", "touchmove", "keydown"]) {
    lines.addEventListener(event, () => { scrolledAt = performance.now(); }, { passive: true });
  }
  linkTimes(lines, player);
  markTimes(lines, player, (link) => {
    if (!box.checked || performance.now() - scrolledAt < 5000) return;
    const place = link.offsetTop - lines.clientHeight / 3;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    lines.scrollTo({ top: place, behavior: calm ? "auto" : "smooth" });
  });
}

function lastAtOrBefore(starts, seconds) {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
