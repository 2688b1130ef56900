// What was recorded and has not arrived yet: takes in order, and in each its chunks in order, sent one after the other until
// our side has said that each is safe. `store` keeps them over a reload or a crash, `line` carries them.

const PAUSES = [300, 700, 1500, 3000, 5000];
const GIVEN_UP = new Set(["closed", "refused", "lost"]);

/** Why something could not be sent: `kind` is line, sign-in, busy, missing, closed, refused or lost. */
export class Fault extends Error {
  constructor(kind, words = "", expected = 0) {
    super(words || kind);
    Object.assign(this, { kind, words, expected });
  }
}

/** `changed()` is told of every change, `ended(take, fault)` that a take will not be taken any more. */
export class Outbox {
  takes = [];
  trouble = null;
  #running = false;
  #failures = 0;
  #wake = null;
  #stopped = false;

  constructor({ store, line, changed = () => {}, ended = () => {} }) {
    Object.assign(this, { store, line, changed, ended });
  }

  /** Take up what an earlier page left. */
  async load() {
    for (const left of await this.store.left()) this.takes.push({ ...left, ended: true });
    this.run();
  }

  /** A new take; the one before it has ended. `age()` is how many milliseconds ago its recorder began. */
  begin({ mime, startedAt, age }) {
    this.takes.forEach((other) => this.end(other));
    const take = { id: crypto.randomUUID(), mime, startedAt, age, place: null, count: 0, chunks: [], ended: false };
    this.takes.push(take);
    this.store.keepTake(take);
    this.run();
    return take;
  }

  add(take, data) {
    const chunk = { number: take.count++, data };
    take.chunks.push(chunk);
    this.store.keepChunk(take, chunk);
    this.run();
  }

  end(take) {
    take.ended = true;
    this.run();
  }

  /** Chunks, each about a second, that have not arrived. */
  get waiting() {
    return this.takes.reduce((sum, take) => sum + take.chunks.length, 0);
  }

  /** After `busy`: send all the same, and end what the other one sends. */
  takeOver() {
    if (this.takes[0]) this.takes[0].takeOver = true;
    this.#clear();
    this.run();
  }

  /** After `busy`: leave it to the other one. */
  giveUp() {
    if (this.takes[0]) this.#forget(this.takes[0]);
    this.#clear();
    this.run();
  }

  /** Try at once what waits for the next try. */
  hurry() {
    this.#failures = 0;
    this.#wake?.();
  }

  /** Send nothing any more; what is kept stays kept. */
  stop() {
    this.#stopped = true;
    this.#wake?.();
  }

  async run() {
    this.changed();
    if (this.#running) return;
    this.#running = true;
    try {
      while (!this.#stopped && this.trouble?.kind !== "busy" && (await this.#step())) this.changed();
    } finally {
      this.#running = false;
      this.changed();
    }
  }

  // One thing that is to be sent; false where there is nothing to do.
  async #step() {
    const take = this.takes[0];
    if (!take || (take.place && !take.chunks.length && !take.ended)) return false;
    try {
      if (!take.place) await this.#open(take);
      else if (take.chunks.length) await this.#put(take);
      else await this.#close(take);
      this.#clear();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      await this.#after(fault, take);
    }
    return true;
  }

  async #open(take) {
    if (take.ended && !take.chunks.length) return this.#forget(take);
    take.place = await this.line.open(take);
    this.store.keepTake(take);
  }

  async #put(take) {
    const [chunk] = take.chunks;
    await this.line.put(take, chunk);
    this.#arrived(take, chunk.number + 1);
  }

  async #close(take) {
    await this.line.close(take);
    this.#forget(take);
  }

  #arrived(take, next) {
    const safe = take.chunks.filter((chunk) => chunk.number < next);
    take.chunks = take.chunks.filter((chunk) => chunk.number >= next);
    this.store.dropChunks(take, safe);
  }

  #forget(take) {
    this.takes = this.takes.filter((other) => other !== take);
    this.store.dropTake(take);
  }

  async #after(fault, take) {
    this.trouble = fault;
    if (fault.kind === "missing") {
      // Our side has more than we thought (its answer was lost), or less, and what is between has gone.
      if (fault.expected > take.chunks[0]?.number) return this.#arrived(take, fault.expected);
      fault = this.trouble = new Fault("lost", fault.words);
    }
    if (GIVEN_UP.has(fault.kind)) {
      this.#forget(take);
      return this.ended(take, fault);
    }
    if (fault.kind === "busy") return;
    this.changed();
    await this.#pause();
  }

  #pause() {
    const pause = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)];
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.#wake = () => (clearTimeout(timer), resolve());
    });
  }

  #clear() {
    this.#failures = 0;
    this.trouble = null;
  }
}
