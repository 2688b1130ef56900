// Resumable uploads: details first, so that a mistake is found before an hour of sending; then the file, in pieces (tus).

const PIECE = 32 * 1024 * 1024;
const RETRIES = [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000];

const form = document.getElementById("upload");
const file = document.getElementById("file");
const known = document.getElementById("known");
const details = document.getElementById("details");
const state = document.getElementById("sending-state");
const [pause, resume, send] = ["pause", "resume", "send"].map((id) => document.getElementById(id));
const headers = {
  "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content,
  Accept: "application/json",
};
let upload = null;
let leaving = false;

// Enough to know the file again: on this page, after a reload, and in another browser.
const fingerprint = (chosen) => [chosen.name, chosen.size, chosen.lastModified].join("|");

function begun(chosen) {
  const lines = [...document.querySelectorAll("#waiting [data-fingerprint]")];
  return lines.find((line) => line.dataset.fingerprint === fingerprint(chosen)) ?? null;
}

function size(bytes) {
  const [divisor, unit] = bytes >= 1e9 ? [1e9, "GB"] : bytes >= 1e6 ? [1e6, "MB"] : [1e3, "kB"];
  return `${(bytes / divisor).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${unit}`;
}

function showErrors(errors) {
  for (const place of form.querySelectorAll("[data-error]")) {
    const text = errors[place.dataset.error] ?? "";
    place.textContent = text;
    place.hidden = !text;
    const field = document.getElementById(place.dataset.error);
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
}

function say(word) {
  state.textContent = state.dataset[word] ?? word;
  pause.hidden = word !== "running" && word !== "again";
  resume.hidden = word !== "paused" && word !== "failed";
}

function showProgress(sent, all) {
  const percent = Math.floor((100 * sent) / all);
  document.getElementById("sending-bar").value = percent;
  document.getElementById("sending-amount").textContent = state.dataset.of
    .replace("{part}", size(sent))
    .replace("{all}", size(all))
    .replace("{percent}", `${percent} %`);
}

async function begin(chosen) {
  const data = new FormData(form);
  data.delete("file");
  for (const [name, value] of Object.entries({ name: chosen.name, size: chosen.size, fingerprint: fingerprint(chosen) }))
    data.set(name, value);
  const answer = await fetch(form.dataset.details, { method: "POST", body: data, headers });
  const said = await answer.json();
  if (answer.ok) return said;
  showErrors(said.errors ?? { file: said.detail });
  return null;
}

function whyRefused(error) {
  try {
    return JSON.parse(error.originalResponse?.getBody() ?? "").detail;
  } catch {
    return "";
  }
}

function sendFile(chosen, { url, done }) {
  send.hidden = true;
  details.hidden = true;
  file.disabled = true;
  document.getElementById("sending").hidden = false;
  document.getElementById("sending-name").textContent = chosen.name;
  showProgress(0, chosen.size);
  upload = new tus.Upload(chosen, {
    uploadUrl: new URL(url, location.href).href,
    chunkSize: PIECE,
    retryDelays: RETRIES,
    storeFingerprintForResuming: false,
    headers,
    onProgress: showProgress,
    onChunkComplete: () => say("running"),
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      const worthwhile = status === 0 || status >= 500 || status === 409 || status === 423;
      if (worthwhile && status !== 507) say("again");
      return worthwhile && status !== 507;
    },
    onError: (error) => say(whyRefused(error) || "failed"),
    onSuccess: () => {
      say("complete");
      leaving = true;
      location.assign(done);
    },
  });
  say("running");
  upload.start();
}

// OBS names its files by the second in which they begin: 2026-12-03 17-58-41.mkv
function fillBeginning(name) {
  const found = /(\d{4}-\d\d-\d\d)[ _](\d\d)-(\d\d)-(\d\d)/.exec(name);
  const begins = document.getElementById("begins");
  if (found && begins && !begins.value) begins.value = `${found[1]}T${found.slice(2).join(":")}`;
}

file.addEventListener("change", () => {
  const chosen = file.files[0];
  if (chosen) fillBeginning(chosen.name);
  const goesOn = Boolean(chosen && begun(chosen));
  known.hidden = !goesOn;
  details.hidden = goesOn;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = file.files[0];
  if (!chosen) return;
  showErrors({});
  send.disabled = true;
  try {
    const line = begun(chosen);
    const place = line ? { url: line.dataset.url, done: line.dataset.done } : await begin(chosen);
    if (place) sendFile(chosen, place);
  } catch {
    showErrors({ file: state.dataset.failed });
  } finally {
    send.disabled = false;
  }
});

pause.addEventListener("click", async () => {
  await upload.abort();
  say("paused");
});

resume.addEventListener("click", () => {
  say("running");
  upload.start();
});

const drop = document.getElementById("drop");
for (const kind of ["dragover", "dragleave", "drop"])
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("is-over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      file.files = event.dataTransfer.files;
      file.dispatchEvent(new Event("change"));
    }
  });

window.addEventListener("beforeunload", (event) => {
  if (upload && !leaving && !pause.hidden) event.preventDefault();
});
