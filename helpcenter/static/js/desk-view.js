// The desk on the page: what the server has shown last, and on top of it what waits to be sent. New questions are held back until
// somebody wants to see them, so that nothing moves under a thumb; what is open, typed in or chosen stays so.

import { ahead } from "./desk-ahead.js";

const EVERY = 2_000;

export class View {
  #base; // as the server has shown it last
  #shown; // the questions of the inbox, in the order in which they stand
  #known; // every question that this page has shown anywhere
  #later = false; // it is shown once nobody types or presses
  #pressing = false;
  #asking = false;

  /** `waiting()` are the presses that have not arrived, `line(offline)` is told whether there is a line to the server. */
  constructor(desk, { waiting, serverTime, line }) {
    Object.assign(this, { waiting, serverTime, line });
    this.#base = desk.cloneNode(true);
    this.#shown = ids(desk);
    this.#known = new Set(ids(desk, ".item"));
    const settle = () => setTimeout(() => ((this.#pressing = false), this.#later && this.render()));
    document.addEventListener("focusout", settle);
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, settle);
    document.addEventListener("pointerdown", ({ target }) => (this.#pressing = this.desk.contains(target)));
    document.addEventListener("click", ({ target }) => target.closest?.("#show-new") && this.showNew());
    setInterval(() => this.poll(), EVERY);
    this.render();
  }

  get desk() {
    return document.getElementById("desk");
  }

  /** Ask whether something has changed. */
  async poll() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const answer = await fetch(this.#base.dataset.address, { signal: AbortSignal.timeout(4 * EVERY), headers: { "HX-Request": "true" } });
      this.line(false);
      if (answer.status === 200) this.take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      this.line(true);
    } finally {
      this.#asking = false;
    }
  }

  /** Show what the server says, if it is a desk. */
  take(page) {
    const desk = page.getElementById("desk");
    if (!desk) return;
    this.#base = document.importNode(desk, true);
    this.render();
  }

  showNew() {
    this.#shown = ids(this.#base);
    for (const id of this.#shown) this.#known.add(id);
    this.render({ anyway: true });
  }

  render({ anyway = false } = {}) {
    // A button that is replaced between the finger's coming and going would not be pressed.
    this.#later = !anyway && (this.#pressing || isTyping(this.desk));
    if (this.#later) return;
    const desk = ahead(this.#base.cloneNode(true), this.waiting(), this.serverTime);
    this.#holdBack(desk);
    const kept = keep(this.desk);
    this.desk.replaceWith(desk);
    restore(desk, kept);
    document.dispatchEvent(new CustomEvent("desk:shown", { detail: { offRecord: Boolean(desk.querySelector(".bar--off")), running: "running" in desk.dataset } }));
  }

  /** Let what stands stay where it stands, and count what has come. */
  #holdBack(desk) {
    const list = desk.querySelector("#inbox");
    if (!list) return;
    const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
    const stay = this.#shown.filter((id) => rows.has(id));
    const come = [...rows.keys()].filter((id) => !stay.includes(id));
    // What was put back comes last; where nothing stands yet, nothing can move.
    this.#shown = stay.length ? [...stay, ...come.filter((id) => this.#known.has(id))] : come;
    const held = stay.length ? come.filter((id) => !this.#known.has(id)) : [];
    for (const id of [...this.#shown, ...ids(desk, "#agenda > li")]) this.#known.add(id);
    list.replaceChildren(...this.#shown.map((id) => rows.get(id)));
    const button = desk.querySelector("#show-new");
    button.hidden = held.length === 0;
    button.textContent = button.dataset.text.replace("{number}", held.length);
  }
}

const ids = (desk, which = "#inbox > li") => [...desk.querySelectorAll(which)].map((row) => row.dataset.id);

function isTyping(desk) {
  const at = document.activeElement;
  return desk.contains(at) && at.matches("input, select, textarea");
}

/** What a person has opened, filled in and chosen. */
function keep(desk) {
  const open = [...desk.querySelectorAll("details[open][id]")].map(({ id }) => id);
  const values = [...desk.querySelectorAll("input[id], select[id]")].filter(({ value }) => value).map(({ id, value }) => [id, value]);
  const focus = desk.contains(document.activeElement) ? document.activeElement.id : "";
  return { open, values, focus };
}

function restore(desk, { open, values, focus }) {
  const find = (id) => (id ? desk.querySelector(`#${CSS.escape(id)}`) : null);
  for (const id of open) find(id)?.setAttribute("open", "");
  for (const [id, value] of values) if (find(id)) find(id).value = value;
  find(focus)?.focus({ preventScroll: true });
}
