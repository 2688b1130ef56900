// Takes and chunks that have not arrived yet, in this browser's database, so that a reload or a crash loses none of them.
// Where there is no database (a private window), they are in memory alone.

const NAME = "studio";

/** The store of one session. */
export async function openStore(session) {
  try {
    return new Store(await openDatabase(), session);
  } catch {
    return new Forgetful();
  }
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const asking = indexedDB.open(NAME, 1);
    asking.onupgradeneeded = () => {
      asking.result.createObjectStore("takes", { keyPath: "id" });
      asking.result.createObjectStore("chunks", { keyPath: ["take", "number"] });
    };
    asking.onsuccess = () => resolve(asking.result);
    asking.onerror = asking.onblocked = () => reject(asking.error);
  });
}

const whole = (take) => IDBKeyRange.bound([take.id, 0], [take.id, Infinity]);

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

class Store {
  constructor(database, session) {
    this.database = database;
    this.session = session;
  }

  /** Takes of this session that an earlier page left, oldest first, with their chunks; what is too old goes. */
  async left() {
    const read = this.database.transaction(["takes", "chunks"]);
    const takes = (await asked(read.objectStore("takes").getAll())).filter((take) => take.session === this.session);
    takes.sort((one, other) => one.startedAt - other.startedAt);
    for (const take of takes) {
      take.chunks = await asked(read.objectStore("chunks").getAll(whole(take)));
      take.age = () => Date.now() - take.startedAt;
    }
    return takes;
  }

  keepTake({ id, mime, startedAt, place, count }) {
    this.#change((takes) => takes.put({ id, session: this.session, mime, startedAt, place, count }));
  }

  keepChunk(take, { number, data }) {
    this.#change((_, chunks) => chunks.put({ take: take.id, number, data }));
  }

  dropChunks(take, gone) {
    this.#change((_, chunks) => gone.forEach(({ number }) => chunks.delete([take.id, number])));
  }

  dropTake(take) {
    this.#change((takes, chunks) => (takes.delete(take.id), chunks.delete(whole(take))));
  }

  // Changes happen in the order in which they are asked for. One that fails (the disk is full) costs only what a reload loses.
  #change(work) {
    try {
      const write = this.database.transaction(["takes", "chunks"], "readwrite");
      write.onerror = write.onabort = (event) => event.preventDefault();
      work(write.objectStore("takes"), write.objectStore("chunks"));
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error; // the database was closed
    }
  }
}

class Forgetful {
  left = async () => [];
  keepTake() {}
  keepChunk() {}
  dropChunks() {}
  dropTake() {}
}
