// The ask box of a topic, an entry, a session, or another site: what is answered already appears while one types.

import { offerAnswers } from "./offer.js";

for (const form of document.querySelectorAll("form[data-ask-box]")) {
  offerAnswers(form, form.elements.q, form.querySelector("[data-place]"));
}
