// The ask page: what is already answered appears while one types the question.

import { whileTyping } from "./fragment.js";

const form = document.querySelector("form[data-similar]");
const place = document.getElementById("similar-answers");
if (form && place) whileTyping(form.elements.title, form.dataset.similar, (nodes) => place.replaceChildren(...nodes));
