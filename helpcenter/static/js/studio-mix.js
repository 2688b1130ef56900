// The sound: everybody into one mix for the recorder, and for each guest one without himself, so that he hears no echo.

const SILENT = 0.0001; // -80 dB

/** Sources are named; "host" and "screen" are the host's own. The recorder's track stays the same whatever comes and goes. */
export class Mix {
  #sources = new Map();
  #minus = new Map();

  constructor() {
    this.context = new AudioContext({ sampleRate: 48_000 });
    this.out = this.context.createMediaStreamDestination();
    this.master = this.context.createGain();
    this.master.connect(this.out);
    this.meter = this.context.createAnalyser();
    this.meter.fftSize = 1024;
    this.samples = new Float32Array(this.meter.fftSize);
  }

  get track() {
    return this.out.stream.getAudioTracks()[0];
  }

  /** Let a stream's sound in under this name, in place of the one before; null takes it away but keeps its place. */
  set(name, stream) {
    const source = this.#sources.get(name) ?? this.#place(name);
    source.node?.disconnect();
    source.node = null;
    if (!stream?.getAudioTracks().length) return;
    source.node = this.context.createMediaStreamSource(stream);
    source.node.connect(source.gain);
  }

  mute(name, muted) {
    const source = this.#sources.get(name) ?? this.#place(name);
    source.gain.gain.value = muted ? 0 : 1;
  }

  remove(name) {
    const source = this.#sources.get(name);
    source?.node?.disconnect();
    source?.gain.disconnect();
    this.#sources.delete(name);
    const node = this.#minus.get(name);
    this.#minus.delete(name);
    if (node) for (const other of this.#sources.values()) other.gain.disconnect(node);
  }

  /** The track with everybody but this one. */
  minus(name) {
    if (!this.#minus.has(name)) {
      const node = this.context.createMediaStreamDestination();
      this.#minus.set(name, node);
      for (const [other, source] of this.#sources) if (other !== name) source.gain.connect(node);
    }
    return this.#minus.get(name).stream.getAudioTracks()[0];
  }

  /** Nothing of it is recorded while `off`; those who are there go on hearing each other. */
  offRecord(off) {
    this.master.gain.value = off ? 0 : 1;
  }

  /** How loud the host is, 0 to 1, 60 dB from end to end. */
  level() {
    this.meter.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    const decibel = 20 * Math.log10(Math.max(Math.sqrt(power), SILENT));
    return Math.min(1, Math.max(0, (decibel + 60) / 60));
  }

  #place(name) {
    const source = { gain: this.context.createGain(), node: null };
    source.gain.connect(this.master);
    if (name === "host") source.gain.connect(this.meter);
    for (const [other, node] of this.#minus) if (other !== name) source.gain.connect(node);
    this.#sources.set(name, source);
    return source;
  }
}
