// Search boxes: answers appear while one types (a combobox with a list of links; WAI-ARIA Authoring Practices).

import { whileTyping } from "./fragment.js";

for (const form of document.querySelectorAll("form[data-suggest]")) suggestIn(form);

function suggestIn(form) {
  const input = form.querySelector("input[name=q]");
  const list = document.createElement("div");
  list.className = "suggestions";
  list.id = `${input.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
  list.hidden = true;
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  open(false);

  const options = () => [...list.querySelectorAll("[role=option]")];
  const selected = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

  function open(yes) {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    if (!yes) input.removeAttribute("aria-activedescendant");
  }

  function select(index) {
    options().forEach((option, number) => option.setAttribute("aria-selected", String(number === index)));
    const option = options()[index];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  whileTyping(input, form.dataset.suggest, (nodes) => {
    list.replaceChildren(...nodes);
    options().forEach((option, number) => { option.id = `${list.id}-${number}`; });
    open(options().length > 0 && document.activeElement === input);
  });

  input.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); open(false); return; }
    if (!count || list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); select((selected() + 1) % count); }
    if (event.key === "ArrowUp") { event.preventDefault(); select((selected() - 1 + count) % count); }
    if (event.key === "Enter" && selected() >= 0) { event.preventDefault(); options()[selected()].click(); }
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) open(false); });
}
