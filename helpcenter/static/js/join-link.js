// A guest's connection to the host's browser. He offers; the answer comes with the next look at how it stands.

import { described, limit, whenLost } from "./rtc.js";
import { ask } from "./studio-line.js";

const PICTURE = { bits: 1_500_000, frames: 30, shrink: 1 };

/** `tracks()` are { video, audio }, either may be null; `seen()` is told when the connection comes or goes. */
export class JoinLink {
  round = 0; // the last one of this window; a later one is another window's
  broken = false;
  was = false;
  #connection = null;
  #senders = {};
  #channel = null;

  constructor({ address, picture, tracks, seen }) {
    Object.assign(this, { address, picture, tracks, seen });
  }

  get connected() {
    return this.#connection?.connectionState === "connected";
  }

  /** Begin the round after that one, in which the guest's page stands. Throws Fault. */
  async offer(iceServers, after) {
    this.close();
    this.broken = false;
    const connection = new RTCPeerConnection({ iceServers });
    this.#connection = connection;
    this.#prepare(connection);
    await connection.setLocalDescription();
    const sdp = await described(connection);
    this.round = after + 1; // also where only the answer is lost
    try {
      await ask(`${this.address}/offer`, { sdp, after });
    } catch (fault) {
      if (fault.kind === "refused") this.round = after;
      throw fault;
    }
  }

  /** The host's half of this round; taken once. */
  async take(sdp, round) {
    const connection = this.#connection;
    if (connection?.signalingState !== "have-local-offer" || round !== this.round) return;
    await connection.setRemoteDescription({ type: "answer", sdp });
    await limit(this.#senders.video, PICTURE);
  }

  /** Send another track of this kind, or none. */
  replace(kind, track) {
    this.#senders[kind]?.replaceTrack(track);
    this.#tell();
  }

  close() {
    this.#connection?.close();
    this.#connection = this.#channel = null;
    this.#senders = {};
  }

  // Both kinds go both ways, also where there is no camera: it may come.
  #prepare(connection) {
    const back = new MediaStream();
    for (const kind of ["audio", "video"]) {
      const way = connection.addTransceiver(this.tracks()[kind] ?? kind, { direction: "sendrecv" });
      this.#senders[kind] = way.sender;
    }
    connection.ontrack = ({ track }) => {
      back.addTrack(track);
      this.picture.srcObject = back;
      this.picture.play().catch(() => {});
    };
    this.#channel = connection.createDataChannel("picture");
    this.#channel.onopen = () => this.#tell();
    connection.addEventListener("connectionstatechange", () => {
      this.was ||= this.connected;
      this.seen();
    });
    whenLost(connection, () => (this.broken = true));
  }

  #tell() {
    if (this.#channel?.readyState === "open") this.#channel.send(this.tracks().video ? "picture on" : "picture off");
  }
}
