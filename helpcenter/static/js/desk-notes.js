// The hosts' notes: sent a moment after they were typed, and "kept" once the server has them. Whoever finds that somebody else
// has changed them chooses.

const PAUSE = 1_200;
const AGAIN = 4_000;

const part = (name) => document.getElementById(`notes-${name}`);

export function keepNotes(token) {
  const box = document.getElementById("notes");
  if (!box) return;
  const text = part("text");
  let was = text.value;
  let timer = 0;
  let theirs = null;
  let sending = false;

  const waits = () => text.value !== was;
  const tell = (word) => say(part("state").dataset[word]);

  function say(words) {
    if (part("state").textContent !== words) part("state").textContent = words;
  }

  // One after the other: two at once would each find the notes changed by the other.
  async function send() {
    clearTimeout(timer);
    if (sending || theirs !== null) return;
    if (!waits()) return part("state").textContent && tell("kept");
    sending = true;
    try {
      await sendOnce(text.value);
    } catch {
      tell("waiting");
      later(AGAIN);
    } finally {
      sending = false;
    }
  }

  async function sendOnce(sent) {
    const body = new URLSearchParams({ notes: sent, was });
    const headers = { "X-CSRF-Token": token, "HX-Request": "true" };
    const answer = await fetch(box.dataset.address, { method: "POST", body, headers, signal: AbortSignal.timeout(8_000) });
    const { notes, words } = await answer.json();
    if (answer.status === 409) return differ(notes);
    if (answer.ok) was = sent;
    else say(words);
    if (text.value !== sent) later(PAUSE);
    else if (answer.ok) tell("kept");
  }

  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  }

  function differ(notes) {
    theirs = notes;
    part("theirs").textContent = notes;
    part("conflict").hidden = false;
    say("");
  }

  function settle(mine) {
    was = theirs;
    theirs = null;
    if (!mine) text.value = was;
    part("conflict").hidden = true;
    tell("typing");
    send();
  }

  text.addEventListener("input", () => {
    tell("typing");
    later(PAUSE);
  });
  text.addEventListener("blur", send);
  addEventListener("beforeunload", (event) => {
    if (waits()) event.preventDefault();
  });
  part("mine").addEventListener("click", () => settle(true));
  part("take").addEventListener("click", () => settle(false));
}
