// The controls of the studio: what the host sees and presses. It knows no recorder and no network.

import { remember, remembered } from "./studio-devices.js";
import { show, wordsOf } from "./studio-words.js";

const MEMORY = "studio";
const two = (number) => String(number).padStart(2, "0");

export class Panel {
  #troubles = new Map();
  #told = "";

  constructor(element, studio) {
    this.element = element;
    this.studio = studio;
    this.say = wordsOf(this.part("words"));
    this.canvas = this.part("picture");
    this.part("quality").value = remembered(MEMORY).quality ?? "good";
    this.part("names").checked = remembered(MEMORY).names ?? true;
    this.#listen();
    setInterval(() => (this.part("level").value = studio.room?.mix.level() ?? 0), 100);
  }

  part(name) {
    return document.getElementById(`studio-${name}`);
  }

  get roomParts() {
    return {
      canvas: this.canvas, name: this.element.dataset.name,
      selects: { video: this.part("camera"), audio: this.part("microphone") },
      trouble: (key, word) => this.trouble(key, word && this.say(word)),
    };
  }

  get guestParts() {
    return { list: this.part("guests"), template: this.part("guest"), say: this.say };
  }

  get quality() {
    return this.part("quality").value;
  }

  set quality(line) {
    this.part("quality").value = line;
    remember(MEMORY, { quality: line });
  }

  /** Show which buttons there are now. */
  show() {
    const { room, recorder } = this.studio;
    const ready = Boolean(room?.stage.track);
    const running = recorder?.running === true;
    this.part("setup").hidden = ready;
    this.part("start").hidden = !ready || running;
    this.part("stop").hidden = !running;
    this.part("controls").hidden = this.part("stand").hidden = !ready;
    this.part("empty").hidden = ready;
    this.element.classList.toggle("studio--sending", running);
    if (!ready) return;
    room.stage.names = this.part("names").checked;
    this.part("screen").hidden = !navigator.mediaDevices.getDisplayMedia; // telephones have none
    for (const [name, pressed] of [["mute", room.muted], ["hide", room.hidden], ["screen", room.screen !== null]])
      this.part(name).setAttribute("aria-pressed", pressed);
    if (!running) this.slow(false);
  }

  /** Say what is wrong under this key until it is so no more (""). */
  trouble(key, text) {
    if (text) this.#troubles.set(key, text);
    else this.#troubles.delete(key);
    const lines = [...this.#troubles.values()].map((words) => {
      const line = document.createElement("p");
      line.textContent = words;
      return line;
    });
    this.part("trouble").replaceChildren(...lines);
    this.part("trouble").hidden = lines.length === 0;
  }

  /** This browser cannot be the studio. */
  impossible(word) {
    this.trouble("device", this.say(word));
    this.part("setup").disabled = true;
    this.part("invite").disabled = true;
  }

  /** Another tab is the studio. */
  elsewhere(yes) {
    this.part("elsewhere").hidden = !yes;
    this.part("here").hidden = yes;
  }

  /** How long it has been sending, in milliseconds; null while it is not. */
  clock(milliseconds) {
    const seconds = Math.floor((milliseconds ?? 0) / 1000);
    const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
    const text = milliseconds === null ? this.say("not-sending") : this.say("sending", { time });
    show(this.part("badge"), text);
    this.part("badge").classList.toggle("badge--live", milliseconds !== null);
    this.part("badge").classList.toggle("badge--quiet", milliseconds === null);
  }

  /** How much waits to be sent, and who stands in the way. */
  queue(outbox) {
    const { waiting, trouble } = outbox;
    const busy = trouble?.kind === "busy";
    this.part("busy").hidden = !busy;
    if (busy) this.part("busy-words").textContent = trouble.words;
    const word = trouble?.kind === "sign-in" ? "sign-in" : trouble?.kind === "line" ? "no-line-keeps"
      : waiting > 3 ? "waiting" : !this.studio.recorder?.running && !waiting ? "" : this.studio.live ? "arrives" : "arrives-unseen";
    const why = trouble?.kind === "line" ? trouble.words : "";
    const text = [why, this.say(word, { seconds: waiting })].filter(Boolean).join(" ");
    show(this.part("line"), text);
    this.#tell(word + why, text);
    this.part("line").classList.toggle("studio__line--bad", Boolean(trouble) || waiting > 10);
  }

  // What is counted changes each second; a screen reader is told when it is something else.
  #tell(what, text) {
    if (what === this.#told) return;
    this.#told = what;
    this.part("news").textContent = text;
  }

  slow(yes) {
    this.part("slow").hidden = !yes;
  }

  offRecord(off) {
    this.part("off").hidden = !off;
  }

  /** The browser waits for a click before it makes sound. */
  silent(context) {
    if (context.state === "running") return;
    this.trouble("sound", this.say("click"));
    const wake = async () => {
      await context.resume();
      this.trouble("sound", "");
    };
    document.addEventListener("click", wake, { once: true });
  }

  /** Warn who leaves while something would be lost. */
  connect(outbox) {
    addEventListener("beforeunload", (event) => {
      if (this.studio.recorder.running || outbox.waiting) event.preventDefault();
    });
    addEventListener("online", () => outbox.hurry());
  }

  #listen() {
    const { studio } = this;
    const on = (name, work) => this.part(name).addEventListener("click", work);
    on("setup", () => this.#once("setup", () => studio.setUp()));
    on("start", () => studio.start());
    on("stop", () => studio.stop());
    on("slower", () => studio.restart());
    on("mute", () => (studio.room.mute(!studio.room.muted), this.show()));
    on("hide", () => (studio.room.hide(!studio.room.hidden), this.show()));
    on("screen", () => studio.room.share());
    on("take-over", () => studio.outbox.takeOver());
    on("give-up", () => studio.giveUp());
    on("take-here", () => studio.takeHere());
    on("invite", () => this.#once("invite", () => this.#invite()));
    this.part("names").addEventListener("change", ({ target }) => (remember(MEMORY, { names: target.checked }), this.show()));
    this.part("quality").addEventListener("change", () => (this.quality = this.quality));
  }

  async #once(name, work) {
    this.part(name).disabled = true;
    try {
      await work();
    } finally {
      this.part(name).disabled = false;
    }
  }

  async #invite() {
    try {
      const { address } = await this.studio.guests.invite();
      this.part("link").textContent = address;
      this.part("link-box").hidden = false;
      this.trouble("guests", "");
      await this.studio.guests.look();
    } catch (fault) {
      this.trouble("guests", fault.words || this.say("no-line"));
    }
  }
}
