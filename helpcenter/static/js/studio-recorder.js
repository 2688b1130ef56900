// One recorder over the one picture and the one sound; each of its runs is a take in the outbox.

import { LINES, pickForm, SOUND } from "./studio-formats.js";

const CHUNK = 1000;
const KEYFRAMES = 2000;

/** `broken()` is told when the browser gives up by itself. */
export class Recorder {
  #recorder = null;

  constructor({ outbox, tracks, broken }) {
    Object.assign(this, { outbox, tracks, broken });
  }

  get running() {
    return this.#recorder?.state === "recording";
  }

  /** Begin a take with as many bits as the line can carry. */
  start(line) {
    const mimeType = pickForm((form) => MediaRecorder.isTypeSupported(form));
    const recorder = new MediaRecorder(new MediaStream(this.tracks()), {
      mimeType, videoBitsPerSecond: LINES[line], audioBitsPerSecond: SOUND, videoKeyFrameIntervalDuration: KEYFRAMES,
    });
    let take = null;
    // Its second 0 is when it is told to begin; that it has begun, it says up to a quarter of a second later.
    let told = 0;
    recorder.onstart = () => {
      const age = () => performance.now() - told;
      take = this.outbox.begin({ mime: recorder.mimeType || mimeType, startedAt: Date.now() - age(), age });
      this.take = take;
    };
    recorder.ondataavailable = ({ data }) => data.size && take && this.outbox.add(take, data);
    recorder.onstop = () => take && this.outbox.end(take);
    recorder.onerror = () => {
      this.stop();
      this.broken();
    };
    this.#recorder = recorder;
    told = performance.now();
    recorder.start(CHUNK);
  }

  /** End the take; what is recorded is still sent. */
  stop() {
    const recorder = this.#recorder;
    this.#recorder = this.take = null;
    if (recorder && recorder.state !== "inactive") recorder.stop();
  }
}
