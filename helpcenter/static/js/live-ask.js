// The ask box: sends without leaving the page, and offers what is like the question while one types.

import { whileTyping } from "./fragment.js";

const MOST = 300;

/** Bring the ask box of the page to life, where there is one. */
export function askBox(root, { send, questions }) {
  const form = document.getElementById("ask-box");
  if (!form) return;
  const text = form.elements.title;
  const words = document.getElementById("ask-words");
  const alike = document.getElementById("alike");
  const button = form.querySelector(".ask-box__foot button");

  function say(sentence) {
    words.textContent = sentence;
    words.hidden = !sentence;
    text.toggleAttribute("aria-invalid", Boolean(sentence));
  }

  whileTyping(text, form.dataset.similar, (nodes) => alike.replaceChildren(...(text.value ? nodes : [])));
  text.addEventListener("input", () => {
    say(text.value.length > MOST ? root.dataset.long : "");
    form.classList.toggle("ask-box--open", Boolean(text.value));
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  alike.addEventListener("click", (event) => {
    const button = event.target.closest("[data-join]");
    const show = event.target.closest("[data-show]");
    if (button) join(button);
    if (show) {
      event.preventDefault();
      questions.open(show.dataset.show);
    }
  });

  async function join(button) {
    const typed = text.value;
    button.disabled = true;
    say("");
    try {
      await questions.join(button.dataset.join, button.dataset.address);
      if (text.value === typed) done(); // whoever went on typing has something else to ask
    } catch (error) {
      say(error.message);
    } finally {
      button.disabled = false;
    }
  }

  function done() {
    text.value = "";
    form.elements.body.value = "";
    alike.replaceChildren();
    form.classList.remove("ask-box--open");
    say("");
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    say("");
    try {
      questions.addOwn(await send(form.action, Object.fromEntries(new FormData(form))));
      done();
      text.blur();
    } catch (error) {
      say(error.message); // what was typed stays
    } finally {
      button.disabled = false;
    }
  });
}
