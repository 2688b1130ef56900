// The asker's page: files are sent with their progress, and the list says how far they are.

import { sendFiles } from "./files.js";

const AGAIN = 2000;
const place = document.getElementById("question-files");
if (place) {
  const refresh = async () => {
    try {
      const answer = await fetch(place.dataset.address, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...page.body.childNodes);
    } catch { /* without a network the page stays as it is */ }
    if (place.querySelector("[data-making]")) setTimeout(refresh, AGAIN);
  };
  if (place.querySelector("[data-making]")) setTimeout(refresh, AGAIN);
  const input = document.querySelector("input[data-send]");
  const list = document.getElementById("files-list");
  if (input) {
    document.getElementById("files-button").hidden = true;
    sendFiles(input, { key: input.form.elements.key.value }, (line, told) => {
      if (told.refused) line.querySelector("[data-refused]").textContent = told.refused;
      else { line.remove(); refresh(); }
    }, list);
  }
}
