// What is being written is kept as a draft while it is written, so that nothing is lost with the tab.

const PAUSE = 1500;
const AGAIN = 5000;

const form = document.getElementById("answer-form");
const state = document.getElementById("answer-state");
let timer = 0;
let kept = form ? new FormData(form).get("body") : "";

async function keep() {
  const data = new FormData(form);
  if (data.get("body") === kept) return;
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: data });
    if (answer.status !== 204) throw new Error(String(answer.status));
    kept = data.get("body");
    state.textContent = form.dataset.kept;
  } catch {
    state.textContent = form.dataset.failed;
    later(AGAIN);
  }
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(keep, wait);
}

form?.elements.body.addEventListener("input", () => later(PAUSE));
form?.addEventListener("submit", () => clearTimeout(timer));
