// The way to our side: each request either succeeds or throws a Fault that says what is to be done about it.

import { Fault } from "./studio-outbox.js";

const PATIENCE = 30_000;
const LATER = new Set([408, 425, 429, 500, 502, 503, 504, 507]);
const KINDS = new Set(["busy", "closed", "lost", "missing"]);

/** The token that our own pages send with each change; none where nobody is signed in. */
export function tokenHeader() {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  return token ? { "X-CSRF-Token": token } : {};
}

/** The answer's object to JSON that is sent, or to a GET where nothing is. Throws Fault. */
export async function ask(address, body, more = {}) {
  const headers = { Accept: "application/json", ...tokenHeader() };
  const asked = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return send(address, { ...asked, ...more });
}

async function send(address, options) {
  let answer;
  let said;
  try {
    answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
    said = await answer.json();
  } catch {
    throw new Fault("line"); // no network, no answer in time, or not ours (a proxy's error page)
  }
  if (answer.ok) return said;
  throw faultOf(answer.status, said);
}

function faultOf(status, said) {
  const words = said.detail ?? "";
  if (status === 401 || status === 403) return new Fault("sign-in", words);
  if (LATER.has(status)) return new Fault("line", status === 507 ? words : "");
  return new Fault(KINDS.has(said.kind) ? said.kind : "refused", words, said.expected);
}

/** Opens, fills and closes takes at this address for one sender, which is one page of one browser. */
export class Line {
  constructor(address, sender) {
    this.address = address;
    this.sender = sender;
  }

  async open(take) {
    const { take: place } = await ask(this.address, {
      mime: take.mime, age_ms: Math.max(0, Math.round(take.age())), sender: this.sender, take_over: take.takeOver === true,
    });
    return place;
  }

  async put(take, { number, data }) {
    const headers = { Accept: "application/json", "Content-Type": "application/octet-stream", ...tokenHeader() };
    return send(`${this.address}/${take.place}/${number}`, { method: "PUT", headers, body: data });
  }

  async close(take) {
    return ask(`${this.address}/${take.place}/close`, {});
  }
}
