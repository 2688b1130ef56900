// One page of this browser at a time is the studio: a lock that ends with its page, and that another page may take.

/** `lost()` is told when another page has taken it. */
export class Hold {
  constructor(name, lost) {
    this.name = name;
    this.lost = lost;
  }

  /** True once this page holds it; false where another page does, unless it is taken from that. */
  take({ from = false } = {}) {
    return new Promise((resolve) => {
      const held = (lock) => {
        resolve(lock !== null);
        return lock ? new Promise(() => {}) : null; // held until the page goes
      };
      navigator.locks.request(this.name, from ? { steal: true } : { ifAvailable: true }, held).catch(() => this.lost());
    });
  }
}

/** Keeps the screen on from `on()` to `off()`, where the browser can. */
export class Awake {
  #lock = null;
  #wanted = false;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#wanted && !document.hidden && this.#ask());
  }

  on() {
    this.#wanted = true;
    this.#ask();
  }

  off() {
    this.#wanted = false;
    this.#lock?.release();
    this.#lock = null;
  }

  async #ask() {
    this.#lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  }
}
