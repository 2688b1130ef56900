// The hosts' notes: kept a moment after they were typed. Whoever finds that somebody else has changed them chooses.

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

  async function send() {
    clearTimeout(timer);
    if (theirs !== null || text.value === was) return;
    const sent = text.value;
    try {
      const body = new URLSearchParams({ notes: sent, was });
      const headers = { "X-CSRF-Token": token, "HX-Request": "true" };
      const answer = await fetch(box.dataset.address, { method: "POST", body, headers, signal: AbortSignal.timeout(8_000) });
      const { notes, words } = await answer.json();
      if (answer.status === 409) return differ(notes);
      if (!answer.ok) return void (part("state").textContent = words);
      was = sent;
      if (text.value === sent) part("state").textContent = part("state").dataset.kept;
      else later(PAUSE);
    } catch {
      part("state").textContent = part("state").dataset.waiting;
      later(AGAIN);
    }
  }

  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  }

  function differ(notes) {
    theirs = notes;
    part("theirs").textContent = notes;
    part("conflict").hidden = false;
    part("state").textContent = "";
  }

  function settle(mine) {
    was = theirs;
    theirs = null;
    if (!mine) text.value = was;
    part("conflict").hidden = true;
    send();
    part("state").textContent = part("state").dataset.kept;
  }

  text.addEventListener("input", () => {
    part("state").textContent = part("state").dataset.typing;
    later(PAUSE);
  });
  text.addEventListener("blur", send);
  part("mine").addEventListener("click", () => settle(true));
  part("take").addEventListener("click", () => settle(false));
}
