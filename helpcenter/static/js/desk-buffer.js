// Presses at the desk: each has a key, so that sending it twice does it once. What cannot be sent waits, also when the page is
// left, and says how late it is when it is sent; one after the other, so that they keep their order.

const PATIENCE = 8_000;
const AGAIN = 2_000;

export class Buffer {
  #list = [];
  #sending = false;
  #store;

  /** `arrived(nodes, status)` is told what the server's answer shows; `changed()` that something waits, or no longer does. */
  constructor(store, token, { arrived, changed }) {
    Object.assign(this, { token, arrived, changed, offline: false, out: false, forgetful: false });
    this.#store = store;
    this.#list = this.#read();
    setInterval(() => this.send(), AGAIN);
    addEventListener("online", () => this.send());
    addEventListener("storage", ({ key }) => key === store && ((this.#list = this.#read()), changed()));
    this.send();
  }

  get waiting() {
    return this.#list;
  }

  put(press) {
    this.#write([...this.#list, press]);
    this.send();
  }

  async send() {
    if (this.#sending || !this.#list.length) return;
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
    for (this.#list = this.#read(); this.#list.length; ) {
      const [press] = this.#list;
      const answer = await this.#post(press);
      if (!answer || answer.status >= 500 || answer.status === 429) return this.line(!answer);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.line(false);
      if (this.#isOut(!page.getElementById("desk"))) return; // the sign-in has ended: it is kept
      this.#write(this.#read().filter((other) => other.key !== press.key));
      this.arrived(page, answer.status);
    }
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
