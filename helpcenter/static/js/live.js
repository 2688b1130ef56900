// The page of a live session: questions, votes and the picture follow what happens, without loading the page again.

import { askBox } from "./live-ask.js";
import { board } from "./live-board.js";
import { follow } from "./live-feed.js";
import { picture } from "./live-picture.js";

const root = document.getElementById("live");
const words = document.getElementById("live-words");
const news = document.getElementById("live-news");
const token = document.querySelector('meta[name="csrf-token"]')?.content;
const HOUR = 3600_000;

/** Send a form's fields as our own script; the answer as JSON. Throws an Error whose message is for people. */
async function send(address, fields) {
  const headers = { Accept: "application/json", ...(token ? { "X-CSRF-Token": token } : {}) };
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers });
  } catch {
    throw new Error(root.dataset.offline);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.detail || root.dataset.failed);
  return said;
}

function say(text) {
  if (!words) return;
  words.textContent = text;
  words.hidden = !text;
  if (text) words.scrollIntoView({ block: "nearest" });
}

function tell(text) {
  news.textContent = text;
}

let video = picture(document.getElementById("picture"));
const questions = board(root, { send, say, tell, pauseLive: () => video?.pause() });
questions.takeOwn();
askBox(root, { send, questions });
questions.open(root.dataset.chosen);

// --- Another form of the page: it has begun, it is over. What is typed, and a picture that plays, stay as they are. ------

const SPREAD = 1_500; // everybody who watches asks for it at once
const AGAIN = 3_000;
const pause = (time) => new Promise((done) => setTimeout(done, time));
let stage = root.dataset.stage;
let turn = 0;

/** Ask for the page until it is there, or the stage has changed once more. */
async function restage(next) {
  stage = next;
  const mine = ++turn;
  let page = null;
  for (let wait = 0; !page && mine === turn; wait = AGAIN) {
    await pause(wait + Math.random() * SPREAD);
    if (mine === turn) page = await newPage();
  }
  if (mine === turn) show(page);
}

async function newPage() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null; // no network, or it broke on the way
  }
}

function show(page) {
  const found = page.getElementById("live");
  if (!found) return location.reload();
  root.className = found.className;
  swap("session-head", page);
  const [old, fresh] = [document.getElementById("picture"), page.getElementById("picture")];
  if (old && fresh) video.over(fresh.hasAttribute("data-over"));
  else {
    swap("stage", page);
    video = picture(document.getElementById("picture"));
  }
  if (!document.getElementById("ask-title")?.value) {
    swap("ask-place", page);
    askBox(root, { send, questions });
  }
  if (page.querySelector("#player")) location.reload(); // the recording is there: a page of another kind
}

function swap(id, page) {
  const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
  if (old && fresh) old.replaceWith(document.importNode(fresh, true));
  else old?.replaceChildren();
}

if (root.dataset.events) {
  const near = () => Date.now() > Date.parse(root.dataset.begins) - HOUR;
  follow({
    events: root.dataset.events,
    json: root.dataset.json,
    since: root.dataset.number,
    near,
    take(message) {
      questions.take(message);
      video?.hush(message.hush);
      if (message.stage !== stage) restage(message.stage);
    },
    gone: () => location.reload(),
  });
}
