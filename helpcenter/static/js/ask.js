// The ask page: what is already answered appears while one types, files go on their way as soon as they are chosen.

import { sendFiles } from "./files.js";
import { offerAnswers } from "./offer.js";

const form = document.querySelector("form[data-similar]");
const place = document.getElementById("similar-answers");
if (form && place) {
  offerAnswers(form, form.elements.title, place);
  const input = form.elements.files;
  const list = document.getElementById("files-list");
  const idle = sendFiles(input, { ticket: form.elements.ticket.value }, (line, told) => {
    line.querySelector("[data-refused]").textContent = told.refused;
    const box = line.querySelector("input");
    box.value = told.id;
    box.closest("label").hidden = Boolean(told.refused);
  }, list);
  form.addEventListener("submit", (event) => {
    if (idle()) return;
    event.preventDefault(); // a file is still on its way: the question follows it
    const button = event.submitter;
    addEventListener("files-idle", () => form.requestSubmit(button), { once: true });
  });
}
