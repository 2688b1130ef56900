// The questions of the page: put in their places as messages tell, voted for, and played where they have been answered.

const store = (key, value) => {
  try {
    if (value !== undefined) localStorage.setItem(key, value);
    return localStorage.getItem(key);
  } catch {
    return null; // a browser that keeps nothing
  }
};

// Each viewer sees the open questions in an order of his own, which stays: nobody follows the crowd.
const seed = store("seed") ?? store("seed", String(Math.random()).slice(2)) ?? String(Math.random());
function rank(id) {
  let hash = 2166136261;
  for (const sign of seed + id) hash = Math.imul(hash ^ sign.codePointAt(0), 16777619) >>> 0;
  return hash;
}

/** The board below `root`: `take(message)`, `takeOwn()`, `addOwn(question)`, `join(id, address)`, `open(id)`. */
export function board(root, { send, say, tell, pauseLive }) {
  const own = { asked: [], voted: new Set() };
  const find = (id) => root.querySelector(`[data-q="${CSS.escape(id)}"]`);
  const list = (place) => root.querySelector(`[data-list="${place}"]`);
  const title = (element) => element.querySelector(".q__title").textContent;
  const recorded = list("answered")?.hasAttribute("data-jump");

  function key(element) {
    const id = element.dataset.q;
    if (element.dataset.place === "answered") return [-Number(element.dataset.answered), 0];
    const mine = own.asked.indexOf(id) === own.asked.length - 1 && own.asked.length > 0;
    return [mine ? 0 : "pinned" in element.dataset ? 1 : 2, rank(id)];
  }

  function sort(place) {
    const parent = list(place);
    if (!parent || (place === "answered" && recorded)) return;
    const wanted = [...parent.children].map((element) => [key(element), element]);
    wanted.sort(([a], [b]) => a[0] - b[0] || a[1] - b[1]);
    // Only what stands wrong is moved, so that the focus and a clip that plays stay.
    let before = null;
    for (const [, element] of wanted) {
      if (element.previousElementSibling !== before) before ? before.after(element) : parent.prepend(element);
      before = element;
    }
  }

  function count(element) {
    const people = Number(element.dataset.asked) + Number(element.dataset.votes);
    for (const place of element.querySelectorAll("[data-people]")) place.textContent = people;
  }

  function mark(element) {
    const mine = element.querySelector("[data-mine]");
    if (mine) mine.hidden = !own.asked.includes(element.dataset.q);
    const button = element.querySelector(".vote");
    button?.setAttribute("aria-pressed", String(own.voted.has(element.dataset.q)));
    if (button) button.disabled = own.asked.includes(element.dataset.q);
  }

  function put(id, said) {
    const fresh = document.importNode(new DOMParser().parseFromString(said.html, "text/html").body.firstElementChild, true);
    const old = find(id);
    if (old?.dataset.place !== said.place) {
      if (said.place === "now") tell(`${root.dataset.nowSaid} ${title(fresh)}`);
      if (said.place === "answered" && old) tell(`${root.dataset.answeredSaid} ${title(fresh)}`);
    }
    for (const name of ["asked", "votes", "answered"]) fresh.dataset[name] = said[name];
    count(fresh);
    mark(fresh);
    const playing = old?.dataset.place === said.place && old.querySelector("video");
    if (playing) {
      fresh.append(playing);
      unfold(fresh, true);
    }
    if (old?.parentElement === list(said.place)) old.replaceWith(fresh);
    else {
      old?.remove();
      if (old === null) fresh.classList.add("q--new");
      list(said.place)?.append(fresh);
    }
    if (own.waiting?.delete(id)) showWaiting();
  }

  function showWhatIsThere(topic) {
    const there = (place) => (list(place)?.children.length ?? 0) > 0;
    for (const place of root.querySelectorAll("[data-some]")) {
      place.hidden = !there(place.dataset.some) && !(place.dataset.some === "now" && topic);
    }
    const none = root.querySelector('[data-none="open"]');
    if (none) none.hidden = there("open") || !document.getElementById("ask-box");
  }

  function take(message) {
    if (message.all) {
      for (const element of root.querySelectorAll("[data-q]")) if (!(element.dataset.q in message.put)) element.remove();
    }
    for (const id of message.drop) find(id)?.remove();
    for (const [id, said] of Object.entries(message.put)) put(id, said);
    for (const [id, votes] of Object.entries(message.votes)) {
      const element = find(id);
      if (!element) continue;
      element.dataset.votes = votes;
      count(element);
    }
    const topic = document.getElementById("now-topic");
    if (topic && topic.textContent !== message.topic) {
      topic.textContent = message.topic;
      topic.hidden = !message.topic;
      if (message.topic) tell(`${root.dataset.nowSaid} ${message.topic}`);
    }
    for (const place of ["open", "answered"]) sort(place);
    showWhatIsThere(message.topic);
    if (message.drop.length || message.all) takeOwnSoon();
  }

  // --- One's own --------------------------------------------------------------------------------------------------------

  async function takeOwn() {
    if (!store("takes part") && !document.querySelector('meta[name="csrf-token"]')) return refresh();
    const answer = await fetch(root.dataset.mine, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return refresh();
    const said = await answer.json();
    own.voted = new Set(said.voted);
    own.asked = said.asked.map((one) => one.id).reverse();
    own.waiting = new Map(said.asked.filter((one) => one.state !== "shown").map((one) => [one.id, one]));
    showWaiting();
    refresh();
  }

  let soon = 0;
  function takeOwnSoon() {
    if (!own.asked.length) return;
    clearTimeout(soon);
    soon = setTimeout(takeOwn, 500); // one's own question may have been hidden: then the reason is told
  }

  function refresh() {
    for (const element of root.querySelectorAll("[data-q]")) mark(element);
    sort("open");
  }

  function showWaiting() {
    const place = document.getElementById("own-waiting");
    place?.replaceChildren(...[...own.waiting.values()].map((one) => {
      const item = document.createElement("li");
      item.className = "q q--waiting";
      const text = document.createElement("div");
      text.className = "q__words";
      const name = Object.assign(document.createElement("p"), { className: "q__title", dir: "auto", textContent: one.title });
      const why = Object.assign(document.createElement("p"), { className: "meta" });
      why.textContent = one.state === "hidden" ? `${root.dataset.hidden} ${one.reason}` : root.dataset.waiting;
      text.append(name, why);
      item.append(text);
      return item;
    }));
  }

  function addOwn(question) {
    store("takes part", "yes");
    if (!own.asked.includes(question.id)) own.asked.push(question.id);
    if (!question.shown) {
      own.waiting ??= new Map();
      own.waiting.set(question.id, { ...question, state: "waiting", reason: "" });
      showWaiting();
    }
    refresh();
  }

  // --- Votes ------------------------------------------------------------------------------------------------------------

  function stand(id, { voted, votes }) {
    if (voted) own.voted.add(id);
    else own.voted.delete(id);
    const shown = find(id);
    if (!shown) return;
    shown.dataset.votes = votes;
    count(shown);
    mark(shown);
  }

  /** Ask this, too; a vote that is there already stays. Throws the Error of `send`. */
  async function join(id, address) {
    stand(id, await send(address, {}));
    store("takes part", "yes");
  }

  async function toggle(id) {
    const element = find(id);
    const form = element?.querySelector("[data-vote]");
    if (!form || form.dataset.busy) return;
    const back = own.voted.has(id);
    const before = Number(element.dataset.votes);
    form.dataset.busy = "yes";
    say("");
    stand(id, { voted: !back, votes: before + (back ? -1 : 1) });
    try {
      const said = await send(form.action, back ? { take: "back" } : {});
      store("takes part", "yes");
      stand(id, said);
    } catch (error) {
      stand(id, { voted: back, votes: before });
      say(error.message);
    } finally {
      delete form.dataset.busy;
    }
  }

  root.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-vote]")) return;
    event.preventDefault();
    toggle(event.target.closest("[data-q]").dataset.q);
  });

  // --- Answers play in their place ----------------------------------------------------------------------------------------

  function unfold(item, open) {
    item.querySelector("a[data-clip]")?.setAttribute("aria-expanded", String(open));
  }

  function play(link) {
    const item = link.closest("[data-q]");
    const old = item.querySelector("video");
    for (const other of root.querySelectorAll(".q__clip")) {
      unfold(other.closest("[data-q]"), false);
      other.remove();
    }
    if (old) return;
    unfold(item, true);
    pauseLive();
    const video = Object.assign(document.createElement("video"), { className: "q__clip", controls: true, playsInline: true, src: link.href });
    video.setAttribute("aria-label", title(item));
    item.append(video);
    video.play().catch(() => {}); // a browser may refuse to play by itself: then its own button is there
  }

  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-clip]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    play(link);
  });

  function open(id) {
    const item = id && find(id);
    if (!item) return;
    item.classList.add("q--chosen");
    const link = item.querySelector("a[data-clip]");
    if (link) play(link);
    item.scrollIntoView({ block: "center" });
  }

  return { take, takeOwn, addOwn, join, open };
}
