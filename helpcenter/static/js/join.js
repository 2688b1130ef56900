// A guest's page: devices first, then name and consent, the door, and the session with what its host sends back.

import { JoinLink } from "./join-link.js";
import { openDevice, openDevices, reasonOf } from "./studio-devices.js";
import { ask } from "./studio-line.js";
import { show, wordsOf } from "./studio-words.js";

const EVERY = 1500;
const SOON = 600; // while he waits to be connected
const page = document.getElementById("join");
const part = (name) => document.getElementById(`join-${name}`);
const say = wordsOf(part("words"));
const form = part("form");
const troubles = new Map();
const own = { video: null, audio: null };
const link = new JoinLink({ address: page.dataset.address, picture: part("picture"), tracks: () => own, seen: () => showState() });
let standing = null;
let over = false;
let level = () => 0;

function trouble(key, text) {
  if (text) troubles.set(key, text);
  else troubles.delete(key);
  const lines = [...troubles.values()].map((words) => Object.assign(document.createElement("p"), { textContent: words }));
  part("trouble").replaceChildren(...lines);
  part("trouble").hidden = lines.length === 0;
}

// --- Devices ------------------------------------------------------------------------------------------------------------

async function setUp() {
  const { video, audio, why } = await openDevices({});
  for (const kind of ["video", "audio"]) trouble(kind, why[kind] && say(`${kind}-${why[kind]}`));
  use("video", video);
  use("audio", audio);
  if (!audio) return; // who cannot be heard does not join
  listen(audio);
  part("check").hidden = true;
  part("self").hidden = form.hidden = false;
  form.elements.name.focus();
}

function use(kind, track) {
  own[kind] = track;
  if (kind === "video") part("own").srcObject = track && new MediaStream([track]);
  track?.addEventListener("ended", () => {
    if (own[kind] !== track) return;
    use(kind, null);
    link.replace(kind, null);
    trouble(kind, say(`${kind}-gone`));
  });
}

function listen(track) {
  const context = new AudioContext();
  const meter = context.createAnalyser();
  meter.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([track])).connect(meter);
  const samples = new Float32Array(meter.fftSize);
  level = () => {
    meter.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    return own.audio?.enabled ? Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-8) + 60) / 60)) : 0;
  };
}

function mute() {
  if (!own.audio) return;
  own.audio.enabled = !own.audio.enabled;
  part("mute").setAttribute("aria-pressed", !own.audio.enabled);
}

// Off means off: the camera's light goes out.
async function hide() {
  const off = Boolean(own.video);
  own.video?.stop();
  try {
    use("video", off ? null : await openDevice("video"));
    trouble("video", "");
  } catch (error) {
    trouble("video", say(`video-${reasonOf(error)}`));
  }
  part("hide").setAttribute("aria-pressed", !own.video);
  link.replace("video", own.video);
}

// --- The door -------------------------------------------------------------------------------------------------------------

async function send(what, body = {}, more) {
  const said = await ask(`${page.dataset.address}/${what}`, body, more);
  if ("state" in said) standing = said;
  return said;
}

async function knock(event) {
  event.preventDefault();
  try {
    const { round } = await send("knock", { name: form.elements.name.value, agreed: form.elements.agreed.checked });
    link.round = round;
  } catch (fault) {
    return trouble("door", fault.words || say("no-line"));
  }
  trouble("door", "");
  form.hidden = true;
  part("leave").hidden = false;
  showState();
  watch();
}

async function watch() {
  while (!over) {
    try {
      await send("here");
      await follow();
    } catch {
      // no line: what is connected goes on
    }
    showState();
    const pause = standing.state === "admitted" && !link.connected ? SOON : EVERY;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

// What the host's side says decides: whether to connect, to go on, or to go.
async function follow() {
  if (standing.closed) return end(standing.closed);
  if (standing.state === "left") return end(say("left"));
  if (standing.round > link.round) return end(say("other-window"));
  if (standing.state !== "admitted") return link.close();
  if (standing.wanted || link.broken) await link.offer(standing.ice, standing.round);
  else if (standing.answer) await link.take(standing.answer, standing.round);
}

function end(words) {
  over = true;
  link.close();
  for (const track of Object.values(own)) track?.stop();
  for (const name of ["stage", "self"]) part(name).hidden = true;
  form.hidden = true;
  troubles.clear();
  trouble("", "");
  show(part("state"), words);
}

async function leave() {
  end(say("left"));
  await send("leave").catch(() => {}); // the host's side sees by itself that nobody is there
}

function word() {
  if (standing?.state !== "admitted") return standing?.state === "knocking" ? "knocking" : "";
  if (!link.connected) return link.was ? "again" : "connecting";
  if (standing.session !== "live") return "rehearsing";
  return standing.off_record ? "off-record" : "live";
}

function showState() {
  if (over) return;
  const now = word();
  show(part("state"), say(now));
  part("state").classList.toggle("notice--live", now === "live");
  part("stage").hidden = !link.connected;
  part("self").classList.toggle("join__self--large", !link.connected);
}

// --- The page -------------------------------------------------------------------------------------------------------------

function missing() {
  if (!isSecureContext) return "insecure";
  return navigator.mediaDevices?.getUserMedia && globalThis.RTCPeerConnection ? "" : "unsupported";
}

if (missing()) {
  trouble("device", say(missing()));
  part("setup").disabled = true;
}
part("setup").addEventListener("click", async ({ target }) => {
  target.disabled = true;
  await setUp();
  target.disabled = false;
});
part("mute").addEventListener("click", mute);
part("hide").addEventListener("click", hide);
part("leave").addEventListener("click", leave);
form.addEventListener("submit", knock);
setInterval(() => (part("level").value = level()), 100);
