// What the host is seen and heard with: camera, microphone and screen on the stage and in the mix, and what went wrong with them.

import { listDevices, openDevice, openDevices, openScreen, reasonOf, remember, remembered } from "./studio-devices.js";
import { Mix } from "./studio-mix.js";
import { playing, Stage } from "./studio-stage.js";

const MEMORY = "studio";
const NAMES = { video: "camera", audio: "microphone" };

/** `trouble(key, word)` is told what is wrong, with "" when it is so no more. */
export class Room {
  tracks = { video: null, audio: null };
  muted = false;
  hidden = false;
  screen = null;

  constructor({ canvas, selects, name, trouble, changed }) {
    Object.assign(this, { selects, trouble, changed });
    this.mix = new Mix();
    this.stage = new Stage(canvas);
    this.host = { id: "host", name, video: null, on: true };
    this.stage.people = [this.host];
    for (const [kind, select] of Object.entries(selects)) select.addEventListener("change", () => this.change(kind));
    navigator.mediaDevices.addEventListener("devicechange", () => this.list());
  }

  /** Open camera and microphone; false where the person refused both. */
  async open() {
    const { video, audio, why } = await openDevices(remembered(MEMORY));
    for (const kind of Object.keys(NAMES)) this.trouble(kind, why[kind] ? `${NAMES[kind]}-${why[kind]}` : "");
    if (why.video === "denied" && why.audio === "denied") return false;
    this.#use("video", video);
    this.#use("audio", audio);
    this.stage.start();
    this.mix.context.resume();
    await this.list();
    return true;
  }

  /** Change to the device that was chosen. */
  async change(kind) {
    const chosen = this.selects[kind].value;
    remember(MEMORY, { [kind]: chosen });
    this.tracks[kind]?.stop(); // some cameras can be opened only once
    try {
      this.#use(kind, await openDevice(kind, chosen));
      this.trouble(kind, "");
    } catch (error) {
      this.#use(kind, null);
      this.trouble(kind, `${NAMES[kind]}-${reasonOf(error)}`);
    }
  }

  async list() {
    for (const [kind, select] of Object.entries(this.selects))
      await listDevices(select, kind, this.tracks[kind]?.getSettings().deviceId);
  }

  mute(muted) {
    this.muted = muted;
    this.mix.mute("host", muted);
  }

  hide(hidden) {
    this.hidden = hidden;
    this.host.on = !hidden;
  }

  /** Show a screen, or end that; the browser's own button ends it as well. */
  async share() {
    if (this.screen) return this.unshare();
    let stream;
    try {
      stream = await openScreen();
    } catch {
      return this.trouble("screen", "screen-failed");
    }
    this.trouble("screen", "");
    if (!stream) return;
    this.screen = stream;
    this.stage.screen = playing(stream);
    this.mix.set("screen", stream);
    stream.getVideoTracks()[0].addEventListener("ended", () => this.unshare());
    this.changed();
  }

  unshare() {
    this.screen?.getTracks().forEach((track) => track.stop());
    this.screen = this.stage.screen = null;
    this.mix.set("screen", null);
    this.changed();
  }

  /** Nothing of picture and sound goes out while `off`; `slate` is what stands there instead. */
  offRecord(off, slate) {
    this.stage.slate = off ? slate : "";
    this.mix.offRecord(off);
  }

  close() {
    this.unshare();
    for (const kind of Object.keys(NAMES)) this.#use(kind, null);
  }

  #use(kind, track) {
    this.tracks[kind]?.stop();
    this.tracks[kind] = track;
    const stream = track && new MediaStream([track]);
    if (kind === "video") this.host.video = stream && playing(stream);
    else this.mix.set("host", stream);
    // Pulled out, or taken away by the system: the recorder goes on without it.
    track?.addEventListener("ended", () => {
      if (this.tracks[kind] !== track) return;
      this.#use(kind, null);
      this.trouble(kind, `${NAMES[kind]}-gone`);
      this.list();
    });
  }
}
