// Files for a question: each is sent as soon as it is chosen, one after the other, with its progress in a line of the list.

/**
 * Send what is chosen in `input` to the address in its data-send, with `fields` beside it; `done(line, told)` is called with what
 * the site said of each. Returns a function that says whether nothing is on its way; "files-idle" tells when that becomes true.
 */
export function sendFiles(input, fields, done, list) {
  const waiting = [];
  let busy = false;
  const next = async () => {
    const one = waiting.shift();
    busy = Boolean(one);
    if (!one) { dispatchEvent(new Event("files-idle")); return; }
    const progress = one.line.querySelector("progress");
    let told;
    try {
      told = await send(input.dataset.send, { ...fields, files: one.file }, (part) => { progress.value = part; });
    } catch (error) {
      told = { refused: error.message || input.dataset.failed };
    }
    progress.remove();
    done(one.line, told);
    next();
  };
  input.addEventListener("change", () => {
    const pattern = document.getElementById("file-line");
    for (const file of input.files) {
      const line = pattern.content.firstElementChild.cloneNode(true);
      line.querySelector("[data-name]").textContent = file.name;
      list.append(line);
      waiting.push({ file, line });
    }
    input.value = "";
    if (!busy) next();
  });
  return () => !busy;
}

function send(address, fields, progress) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    if (token) request.setRequestHeader("X-CSRF-Token", token);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => progress(event.lengthComputable ? event.loaded / event.total : 0));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response ?? {});
      else reject(new Error(request.response?.detail ?? ""));
    });
    request.addEventListener("error", () => reject(new Error("")));
    request.send(body);
  });
}
