// Live sessions: how long it is until then, and what that is on the viewer's own clock. Without this the page says it, too.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LATE = 30 * MINUTE;
const lang = document.documentElement.lang || "en";
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

// "in 5 days": the largest unit of which there are at least two. Days are counted as in the viewer's calendar.
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "always" });

function midnight(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}

function left(start, now) {
  const ms = start - now;
  if (ms >= 2 * DAY) return relative.format(Math.round((midnight(start) - midnight(now)) / DAY), "day");
  if (ms >= 2 * HOUR) return relative.format(Math.floor(ms / HOUR), "hour");
  return relative.format(Math.ceil(ms / MINUTE), "minute");
}

function wallTime(at, timeZone) {
  return new Intl.DateTimeFormat(lang, { timeZone, dateStyle: "full", timeStyle: "short" }).format(at);
}

function showOwnClock(box, start, end) {
  const own = box.querySelector("[data-own]");
  if (!own || wallTime(start, OWN_ZONE) === wallTime(start, box.dataset.zone)) return;
  const format = new Intl.DateTimeFormat(lang, {
    weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit", timeZoneName: "short",
  });
  own.lastElementChild.textContent = format.formatRange(start, end);
  own.hidden = false;
}

function showCountdown(box, start) {
  const count = box.querySelector("[data-count]");
  const now = Date.now();
  count.hidden = start - now < -LATE;
  count.textContent = start > now ? left(start, now) : count.dataset.now;
}

const boxes = [...document.querySelectorAll("[data-moment]")].map((box) => [box, new Date(box.dataset.start), new Date(box.dataset.end)]);
for (const [box, start, end] of boxes) showOwnClock(box, start, end);

function tick() {
  for (const [box, start] of boxes) showCountdown(box, start);
}

if (boxes.length) {
  tick();
  setInterval(tick, 15_000);
}
