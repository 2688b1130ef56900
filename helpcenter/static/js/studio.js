// The studio on the host's page: his browser is the encoder. See studio-*.js for each part.

import { slower, whatIsMissing } from "./studio-formats.js";
import { Guests } from "./studio-guests.js";
import { Awake, Hold } from "./studio-hold.js";
import { Line } from "./studio-line.js";
import { Outbox } from "./studio-outbox.js";
import { Panel } from "./studio-panel.js";
import { Recorder } from "./studio-recorder.js";
import { Room } from "./studio-room.js";
import { remember, remembered } from "./studio-devices.js";
import { openStore } from "./studio-store.js";

const GOES_ON = 10 * 60_000; // who comes back within this time was sending and goes on

class Studio {
  #serverOff = null;
  #offRecord = false;
  #slow = { before: 0, told: false };

  constructor(element) {
    const { address, session } = element.dataset;
    Object.assign(this, { address, memory: `studio:${session}`, session });
    this.panel = new Panel(element, this);
    this.awake = new Awake();
    this.hold = new Hold(this.memory, () => this.taken());
  }

  async open() {
    const missing = whatIsMissing({
      isSecureContext, mediaDevices: navigator.mediaDevices, recorder: globalThis.MediaRecorder, canvas: this.panel.canvas,
    });
    if (missing) return this.panel.impossible(missing);
    if (await this.hold.take()) await this.begin();
    else this.panel.elsewhere(true);
  }

  /** This page is the studio now. */
  async begin() {
    this.panel.elsewhere(false);
    const sender = crypto.randomUUID();
    const line = new Line(`${this.address}/takes`, sender);
    this.outbox = new Outbox({
      store: await openStore(this.session), line, changed: () => this.panel.queue(this.outbox),
      ended: (take, fault) => this.refused(take, fault),
    });
    this.recorder = new Recorder({
      outbox: this.outbox, tracks: () => [this.room.stage.track, this.room.mix.track], broken: () => this.restart(),
    });
    await this.outbox.load();
    this.panel.connect(this.outbox);
    this.guests = new Guests({
      address: `${this.address}/guests`, sender, ...this.panel.guestParts, told: (state) => this.told(state),
    });
    this.guests.watch();
    setInterval(() => this.second(), 1000);
    if (Date.now() - (remembered(this.memory).sending ?? 0) < GOES_ON && (await this.setUp())) this.start();
  }

  /** Camera and microphone; true once there is something to send. */
  async setUp() {
    this.room ??= new Room({ ...this.panel.roomParts, changed: () => this.panel.show() });
    if (!(await this.room.open())) return false;
    Object.assign(this.guests, { mix: this.room.mix, stage: this.room.stage });
    this.#apply();
    this.panel.show();
    // A page that was not touched since it was loaded makes no sound in some browsers before it is.
    setTimeout(() => this.panel.silent(this.room.mix.context), 600);
    return true;
  }

  start() {
    this.panel.trouble("sending", "");
    this.#slow = { before: 0, told: false };
    this.recorder.start(this.panel.quality);
    this.since = performance.now();
    remember(this.memory, { sending: Date.now() });
    this.awake.on();
    this.panel.show();
  }

  stop() {
    this.recorder.stop();
    remember(this.memory, { sending: 0 });
    this.awake.off();
    this.panel.show();
  }

  restart() {
    this.recorder.stop();
    this.start();
  }

  /** The other one goes on sending. */
  giveUp() {
    this.stop();
    this.outbox.giveUp();
  }

  /** From the tab that has it. */
  async takeHere() {
    await this.hold.take({ from: true });
    location.reload(); // the page that comes takes up what the other one left
  }

  /** Another tab has taken the studio. */
  taken() {
    this.recorder.stop();
    this.outbox.stop();
    this.guests.close();
    this.room?.close();
    this.awake.off();
    this.panel.elsewhere(true);
  }

  /** Our side takes this take no more. */
  refused(take, fault) {
    const current = take === this.recorder.take;
    if (current && fault.kind === "lost") this.restart();
    else if (current) this.stop();
    this.panel.trouble("sending", fault.words);
  }

  /** What the server says of the session. */
  told(state) {
    if ("trouble" in state) return this.panel.trouble("guests", state.trouble);
    // Another operator may have pressed it. What this page was told itself counts until the server's word changes.
    if (state.off_record !== this.#serverOff) this.offRecord(state.off_record);
    this.#serverOff = state.off_record;
    this.live = state.state === "live";
    if (!state.open && this.recorder.running) {
      this.stop();
      this.panel.trouble("sending", this.panel.say("over"));
    }
  }

  offRecord(off) {
    this.#offRecord = off;
    this.#apply();
  }

  #apply() {
    this.room?.offRecord(this.#offRecord, this.panel.say("slate"));
    this.panel.offRecord(this.#offRecord);
  }

  // A line is slow where more waits than five seconds before, although nothing is wrong with it.
  second() {
    this.panel.clock(this.recorder.running ? performance.now() - this.since : null);
    if (!this.recorder.running) return;
    remember(this.memory, { sending: Date.now() });
    const { waiting, trouble } = this.outbox;
    if (trouble) this.#slow.before = Infinity;
    else if (waiting > 10 && waiting > this.#slow.before && !this.#slow.told) {
      this.#slow.told = true;
      this.panel.quality = slower(this.panel.quality);
      this.panel.slow(true);
    }
    if (!trouble && Math.round((performance.now() - this.since) / 1000) % 5 === 0) this.#slow.before = waiting;
  }
}

const element = document.getElementById("studio");
if (element) {
  const studio = new Studio(element);
  document.addEventListener("studio:off-record", ({ detail }) => studio.offRecord(detail === true));
  studio.open();
}
