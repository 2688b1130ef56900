// One answer, recorded in the browser: camera or screen, record, look at it, send it in pieces (tus).

import { openDevices, openScreen } from "./studio-devices.js";
import { LINES, pickForm, SOUND, whatIsMissing } from "./studio-formats.js";

const LONGEST = 10 * 60 * 1000;
const PIECE = 8 * 1024 * 1024;
const RETRIES = [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000];

const form = document.getElementById("record");
const part = (id) => document.getElementById(id);
const [camera, picture, trouble, clock] = ["camera", "picture", "trouble", "clock"].map(part);
const buttons = Object.fromEntries(["start", "stop", "send", "again", "screen"].map((id) => [id, part(id)]));

let tracks = { video: null, audio: null };
let recorder = null;
let pieces = [];
let began = 0;
let leaving = false;

const say = (word) => (part("record-state").textContent = part("record-state").dataset[word] ?? "");
const show = (...names) => Object.entries(buttons).forEach(([name, button]) => (button.hidden = !names.includes(name)));

function complain(word) {
  trouble.textContent = word ? (camera.dataset[word] ?? word) : "";
  trouble.hidden = !word;
}

function preview() {
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.removeAttribute("src");
  picture.controls = false;
  picture.muted = true;
  picture.srcObject = new MediaStream(Object.values(tracks).filter(Boolean));
  picture.play().catch(() => {});
}

function ready() {
  clock.textContent = "0:00";
  preview();
  say("ready");
  show("start", "screen");
}

async function open() {
  const found = await openDevices({});
  tracks = { video: found.video, audio: found.audio };
  if (!found.video) {
    complain(found.why.video);
    show(navigator.mediaDevices.getDisplayMedia && found.audio ? "screen" : "");
    return;
  }
  if (!found.audio) complain("mute");
  part("file-part").open = false;
  ready();
}

function tick() {
  if (recorder?.state !== "recording") return;
  const passed = performance.now() - began;
  const seconds = Math.floor(passed / 1000);
  clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (passed > LONGEST) {
    complain("long");
    stop();
  }
}

function start() {
  pieces = [];
  complain("");
  const mimeType = pickForm((name) => MediaRecorder.isTypeSupported(name));
  const stream = new MediaStream(Object.values(tracks).filter(Boolean));
  recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: LINES.good, audioBitsPerSecond: SOUND });
  recorder.ondataavailable = ({ data }) => data.size && pieces.push(data);
  recorder.onstop = look;
  tracks.video.onended = () => {
    if (recorder?.state === "recording") complain("lost");
    stop();
  };
  began = performance.now();
  recorder.start(1000);
  say("running");
  show("stop");
  buttons.stop.focus();
}

function stop() {
  if (recorder && recorder.state !== "inactive") recorder.stop();
}

function look() {
  picture.srcObject = null;
  picture.src = URL.createObjectURL(new Blob(pieces, { type: recorder.mimeType }));
  picture.muted = false;
  picture.controls = true;
  say("done");
  show("send", "again");
  buttons.send.focus();
}

async function again() {
  pieces = [];
  if (tracks.video.readyState === "ended") await open();
  else ready();
}

async function screen() {
  const found = await openScreen();
  if (!found) return;
  tracks.video?.stop();
  tracks.video = found.getVideoTracks()[0];
  if (!tracks.audio) tracks.audio = found.getAudioTracks()[0] ?? null;
  complain(tracks.audio ? "" : "mute");
  ready();
}

async function begin(blob) {
  const data = new FormData(form);
  data.delete("file");
  data.set("size", blob.size);
  data.set("name", blob.type.includes("mp4") ? "answer.mp4" : "answer.webm");
  const answer = await fetch(form.dataset.details, { method: "POST", body: data, headers: { Accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

async function send() {
  const blob = new Blob(pieces, { type: recorder.mimeType });
  const state = part("sending-state");
  const failed = (words) => {
    complain(words || state.dataset.failed);
    part("sending").hidden = true;
    show("send", "again");
  };
  show();
  part("sending").hidden = false;
  state.textContent = state.dataset.running;
  complain("");
  try {
    const { url, done } = await begin(blob);
    new tus.Upload(blob, {
      uploadUrl: new URL(url, location.href).href,
      chunkSize: PIECE,
      retryDelays: RETRIES,
      storeFingerprintForResuming: false,
      headers: { "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content, Accept: "application/json" },
      onProgress: (sent, all) => (part("sending-bar").value = (100 * sent) / all),
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const worthwhile = status !== 507 && (status === 0 || status >= 500 || status === 409 || status === 423);
        if (worthwhile) state.textContent = state.dataset.again;
        return worthwhile;
      },
      onError: () => failed(""),
      onSuccess: () => {
        state.textContent = state.dataset.complete;
        leaving = true;
        location.assign(done);
      },
    }).start();
  } catch (error) {
    failed(error instanceof TypeError ? "" : error.message);
  }
}

const missing = whatIsMissing({
  isSecureContext, mediaDevices: navigator.mediaDevices, recorder: window.MediaRecorder, canvas: HTMLCanvasElement.prototype,
});
if (form && !missing) {
  camera.hidden = false;
  Object.entries({ start, stop, send, again, screen }).forEach(([name, act]) => buttons[name].addEventListener("click", act));
  buttons.screen.disabled = !navigator.mediaDevices.getDisplayMedia;
  setInterval(tick, 250);
  show();
  open();
}

window.addEventListener("beforeunload", (event) => {
  if (pieces.length && !leaving) event.preventDefault();
});
