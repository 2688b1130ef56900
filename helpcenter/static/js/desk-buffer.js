// Presses at the desk: each has a key, so that sending it twice does it once. What cannot be sent waits, also when the page is
// left, and says how late it is when it is sent; one after the other, so that they keep their order.

const PATIENCE = 8_000;
const AGAIN = 2_000;
const OUT = new Set([401, 403]);
const LATER = new Set([408, 425, 429]);

export class Buffer {
  #list = [];
  #sending = false;
  #store;

  /** `arrived(nodes, status)` is told what the server's answer shows; `changed()` that something waits, or no longer does. */
  constructor(store, token, { arrived, changed }) {
    Object.assign(this, { token, arrived, changed, offline: false, out: false, forgetful: false, refused: 0 });
    this.#store = store;
    this.#write(this.#read().map((press) => ({ ...press, parked: false })));
    setInterval(() => this.send(), AGAIN);
    addEventListener("online", () => this.send());
    addEventListener("storage", ({ key }) => key === store && ((this.#list = this.#read()), changed()));
    this.send();
  }

  get waiting() {
    return this.#list.filter(({ parked }) => !parked);
  }

  put(press) {
    this.#write([...this.#list, press]);
    this.send();
  }

  async send() {
    if (this.#sending || !this.waiting.length) return;
    this.#sending = true;
    try {
      // Two tabs share what waits; one of them sends it.
      if (navigator.locks) await navigator.locks.request(this.#store, { ifAvailable: true }, (lock) => lock && this.#sendAll());
      else await this.#sendAll();
    } finally {
      this.#sending = false;
    }
  }

  async #sendAll() {
    for (this.#list = this.#read(); this.waiting.length; ) {
      const [press] = this.waiting;
      const answer = await this.#post(press);
      if (!answer || answer.status >= 500 || LATER.has(answer.status)) return this.line(!answer);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.line(false);
      const known = page.getElementById("desk") !== null;
      if (this.#isOut(!known && (answer.redirected || OUT.has(answer.status)))) return; // the sign-in has ended: it is kept
      if (!known && answer.ok) return; // not from our side
      if (!known) this.#refuse(press);
      else {
        this.#write(this.#read().filter((other) => other.key !== press.key));
        this.arrived(page, answer.status);
      }
    }
  }

  // What it was for is not there any more. So that the others get by, it is tried only once more, when the page is loaded again.
  #refuse({ key, again }) {
    this.refused += 1;
    const list = again ? this.#read().filter((other) => other.key !== key) : this.#read();
    this.#write(list.map((other) => (other.key === key ? { ...other, parked: true, again: true } : other)));
  }

  /** Whether there is no line to the server; said by whoever has tried. */
  line(offline) {
    if (offline === this.offline) return;
    this.offline = offline;
    this.changed();
  }

  #isOut(out) {
    if (out !== this.out) this.changed();
    return (this.out = out);
  }

  async #post({ address, fields, key, at }) {
    const body = new URLSearchParams({ ...fields, key, late: (Date.now() - at) / 1000 });
    const headers = { "X-CSRF-Token": this.token, "HX-Request": "true" };
    try {
      return await fetch(address, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE) });
    } catch {
      return null; // no network, or no answer: it is sent again, by the same key
    }
  }

  #read() {
    if (this.forgetful) return this.#list;
    try {
      return JSON.parse(localStorage.getItem(this.#store) ?? "[]");
    } catch {
      this.forgetful = true; // storage is forbidden here: it waits in the page alone
      return this.#list;
    }
  }

  #write(list) {
    this.#list = list;
    try {
      if (!this.forgetful) localStorage.setItem(this.#store, JSON.stringify(list));
    } catch {
      this.forgetful = true;
    }
    this.changed();
  }
}
