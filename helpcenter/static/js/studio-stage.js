// The picture: everybody, and the screen, on one canvas, whose track goes to the recorder and to the guests.

import { arrange, contain, cover } from "./studio-layout.js";

export const FRAMES = 25;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const DARK = "#0b1110";
const TILE = "#17302c";

/** A muted or sounding video element, outside of the page, that plays a stream. */
export function playing(stream, { sound = false } = {}) {
  const video = document.createElement("video");
  video.playsInline = video.autoplay = true;
  video.muted = !sound;
  video.srcObject = stream;
  video.play().catch(() => {}); // a browser may want a click first; the studio's own buttons are clicks
  return video;
}

const shows = (video) => video?.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0;
const sizeOf = (video) => ({ width: video.videoWidth, height: video.videoHeight });

/** `people` are { id, name, video, on }, the host first; `slate` is the text that stands instead of everything, or "". */
export class Stage {
  people = [];
  screen = null;
  slate = "";
  names = true;
  #last = 0;

  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { alpha: false });
    this.worker = new Worker(new URL("./studio-ticker.js", import.meta.url));
    this.worker.onmessage = () => this.#tick();
  }

  start() {
    this.worker.postMessage(1000 / FRAMES);
    this.track ??= this.canvas.captureStream(FRAMES).getVideoTracks()[0];
  }

  // Ticks that piled up while the page was busy are one.
  #tick() {
    const now = performance.now();
    if (now - this.#last < 500 / FRAMES) return;
    this.#last = now;
    this.draw();
  }

  draw() {
    const { width, height } = this.canvas;
    this.pen.fillStyle = DARK;
    this.pen.fillRect(0, 0, width, height);
    if (this.slate) return this.#words(this.slate, { x: 0, y: 0, width, height });
    const screen = shows(this.screen);
    const places = arrange({ count: this.people.length, screen, width, height });
    if (screen) this.#screen(places.screen);
    this.people.forEach((person, index) => this.#person(person, places.people[index]));
  }

  #screen(box) {
    const place = contain(sizeOf(this.screen), box);
    this.pen.drawImage(this.screen, place.x, place.y, place.width, place.height);
  }

  #person(person, box) {
    const seen = person.on && shows(person.video);
    if (seen) {
      const part = cover(sizeOf(person.video), box);
      this.pen.drawImage(person.video, part.x, part.y, part.width, part.height, box.x, box.y, box.width, box.height);
    } else {
      this.pen.fillStyle = TILE;
      this.pen.fillRect(box.x, box.y, box.width, box.height);
      this.#words(person.name || "…", box);
    }
    if (seen && this.names && person.name) this.#name(person.name, box);
  }

  #words(text, box) {
    const size = Math.max(18, Math.round(box.height / 12));
    this.pen.font = `600 ${size}px ${FONT}`;
    this.pen.fillStyle = "#e6eeec";
    this.pen.textAlign = "center";
    this.pen.textBaseline = "middle";
    this.pen.fillText(text, box.x + box.width / 2, box.y + box.height / 2, box.width - 24);
  }

  #name(text, box) {
    const size = Math.max(20, Math.round(box.height / 24));
    this.pen.font = `600 ${size}px ${FONT}`;
    this.pen.textAlign = "left";
    this.pen.textBaseline = "middle";
    const most = box.width - 4 * size;
    const width = Math.min(this.pen.measureText(text).width, most);
    const [x, y] = [box.x + size, box.y + box.height - 2.9 * size];
    this.pen.fillStyle = "rgb(8 16 15 / 78%)";
    this.pen.beginPath();
    this.pen.roundRect(x, y, width + 1.4 * size, 1.9 * size, size / 3);
    this.pen.fill();
    this.pen.fillStyle = "#ffffff";
    this.pen.fillText(text, x + 0.7 * size, y + size, most);
  }
}
