// The guests in the host's browser: who knocks, who is in, and a connection to each of those.

import { described, limit, whenLost } from "./rtc.js";
import { ask } from "./studio-line.js";
import { playing } from "./studio-stage.js";

const EVERY = 1500;
const PICTURE_BACK = { bits: 700_000, frames: 20, shrink: 2 };

/** `told(state)` hears what the server says of the session each time; `mix` and `stage` are null until the studio is set up. */
export class Guests {
  mix = null;
  stage = null;
  #peers = new Map();
  #yielded = new Set();
  #known = "";

  constructor({ address, sender, list, template, told, say }) {
    Object.assign(this, { address, sender, list, template, told, say });
    list.addEventListener("click", (event) => this.#clicked(event.target.closest("button")));
  }

  /** Ask from now on, again and again, until the session is over. */
  async watch() {
    let open = true;
    while (open) {
      open = await this.look();
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  }

  /** Ask once; false when the session is over. */
  async look() {
    let state;
    try {
      state = await ask(this.address);
    } catch {
      return true; // no line: connections that exist go on, the next look finds what is new
    }
    this.#show(state.guests);
    this.told(state);
    if (this.stage) await this.#connect(state);
    return state.open;
  }

  /** Make a link for one more guest. */
  invite() {
    return ask(this.address, {});
  }

  /** Let go of every connection, since another page goes on. */
  close() {
    for (const id of this.#peers.keys()) this.#drop(id);
  }

  // --- The list ---------------------------------------------------------------------------------------------------------

  // The list is made anew only where it differs, so that no button goes away under somebody's finger.
  #show(guests) {
    const shown = guests.filter((guest) => guest.state !== "left" || guest.name);
    const known = JSON.stringify(shown.map(({ id, name, state, here }) => [id, name, state, here]));
    if (known === this.#known) return;
    this.#known = known;
    this.list.replaceChildren(...shown.map((guest) => this.#line(guest)));
    this.list.hidden = shown.length === 0;
  }

  #line(guest) {
    const line = this.template.content.firstElementChild.cloneNode(true);
    line.dataset.guest = guest.id;
    const part = (name) => line.querySelector(`[data-${name}]`);
    part("name").textContent = guest.name || this.say("guest-nameless");
    const away = guest.state === "admitted" && !guest.here;
    part("state").textContent = this.say(`guest-${away ? "away" : guest.state}`);
    part("state").classList.toggle("badge--busy", guest.state === "knocking");
    part("state").classList.toggle("badge--ok", guest.state === "admitted" && !away);
    part("admit").hidden = guest.state !== "knocking";
    part("remove").textContent = this.say(guest.state === "admitted" ? "guest-remove" : "guest-cancel");
    return line;
  }

  async #clicked(button) {
    const id = button?.closest("[data-guest]")?.dataset.guest;
    if (!id) return;
    button.disabled = true;
    try {
      await ask(`${this.address}/${id}/${"admit" in button.dataset ? "admit" : "remove"}`, {});
      this.told({ trouble: "" });
    } catch (fault) {
      this.told({ trouble: fault.words || this.say("no-line") });
    }
    button.disabled = false;
    await this.look();
  }

  // --- Connections --------------------------------------------------------------------------------------------------------

  // Guests go to the page that sends. Before anybody does, to the one that took them last, so that two never pull at them.
  async #connect({ guests, ice, sending }) {
    if (sending && sending !== this.sender) return this.close();
    if (sending) this.#yielded.clear();
    const inside = new Map(guests.filter((guest) => guest.state === "admitted").map((guest) => [guest.id, guest]));
    for (const id of this.#peers.keys()) if (!inside.has(id)) this.#drop(id);
    for (const guest of inside.values()) {
      const peer = this.#peers.get(guest.id);
      if (guest.offer && peer?.round !== guest.round && !this.#yielded.has(guest.id)) await this.#answer(guest, ice);
      else if (guest.answered && peer && peer.round < guest.round) this.#yield(guest.id);
      // Answered, but by a page that is gone: this one was loaded again.
      else if (guest.answered && !peer && !this.#yielded.has(guest.id)) await this.#again(guest.id);
    }
  }

  async #answer(guest, iceServers) {
    this.#drop(guest.id);
    const connection = new RTCPeerConnection({ iceServers });
    const peer = { round: guest.round, connection };
    this.#peers.set(guest.id, peer);
    this.#receive(guest, peer);
    try {
      await connection.setRemoteDescription({ type: "offer", sdp: guest.offer });
      const back = new MediaStream([this.mix.minus(guest.id), this.stage.track]);
      const senders = back.getTracks().map((track) => connection.addTrack(track, back));
      await connection.setLocalDescription();
      const sdp = await described(connection);
      await ask(`${this.address}/${guest.id}/answer`, { round: guest.round, sdp });
      await limit(senders[1], PICTURE_BACK);
    } catch {
      // The guest has begun another round, or his offer is rubbish: the next look sees what there is then.
      if (this.#peers.get(guest.id) === peer) this.#drop(guest.id);
    }
  }

  #receive(guest, peer) {
    const { connection } = peer;
    const stream = new MediaStream();
    const person = { id: guest.id, name: guest.name, video: playing(stream, { sound: true }), on: true };
    peer.person = person;
    connection.ontrack = ({ track }) => {
      stream.addTrack(track);
      if (track.kind === "audio") this.mix.set(guest.id, stream);
      if (!this.stage.people.includes(person)) this.stage.people.push(person);
    };
    connection.ondatachannel = ({ channel }) => {
      channel.onmessage = ({ data }) => (person.on = data === "picture on");
    };
    whenLost(connection, () => {
      person.on = false;
      this.#again(guest.id);
    });
  }

  async #again(id) {
    await ask(`${this.address}/${id}/again`, {}).catch(() => {});
  }

  #yield(id) {
    this.#yielded.add(id);
    this.#drop(id);
  }

  #drop(id) {
    const peer = this.#peers.get(id);
    if (!peer) return;
    peer.connection.close();
    peer.person.video.srcObject = null;
    this.stage.people = this.stage.people.filter((person) => person !== peer.person);
    this.mix.remove(id);
    this.#peers.delete(id);
  }
}
