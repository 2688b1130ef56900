// What a press will have done once it has arrived: shown at once, on a copy of what the server has shown last.

/** The desk as it will be: `desk` is a copy of the server's, `waiting` the presses that are not known to have arrived. */
export function ahead(desk, waiting, serverTime) {
  const undone = new Set();
  for (const press of waiting) if (press.deed === "undo") undone.add(press.fields.target);
  for (const press of waiting) if (!undone.has(press.key)) SHOWN[press.deed]?.(desk, press, serverTime(press));
  const standing = waiting.filter((press) => MARKED.has(press.deed) && !undone.has(press.key));
  if (standing.length) desk.dataset.last = standing.at(-1).key;
  const undo = desk.querySelector("#bar-undo");
  if (undo && standing.length) {
    undo.disabled = false;
    desk.querySelector('[data-deed="undo"] [name=target]').value = desk.dataset.last;
    undo.querySelector(".bar__undo").textContent = standing.at(-1).title ? `: ${standing.at(-1).title}` : "";
  }
  for (const field of desk.querySelectorAll("[name=seen]")) field.value = desk.dataset.key;
  return desk;
}

const MARKED = new Set(["take_on", "drop", "move", "answer", "done", "skip", "topic", "off_record", "on_record"]);
const SHOWN = {
  answer(desk, { key, fields, title }, since) {
    if (desk.dataset.key === key) return;
    leave(desk);
    desk.dataset.key = key;
    show(desk, { title: fields.title || title, since, question: fields.question ?? "" });
  },
  done(desk, { fields }) {
    if (fields.seen === desk.dataset.key) leave(desk);
  },
  skip(desk, { fields }) {
    const current = desk.querySelector('[data-deed="skip"] [name=question]');
    if (!fields.question || current?.value === fields.question) leave(desk);
    item(desk, fields.question)?.remove();
    next(desk);
  },
  take_on(desk, { fields }) {
    waits(item(desk, fields.question));
  },
  drop(desk, { fields }) {
    waits(item(desk, fields.question));
  },
  hide(desk, { id }) {
    waits(item(desk, id));
  },
  show(desk, { id }) {
    waits(item(desk, id));
  },
  move(desk, { fields }) {
    const row = item(desk, fields.question);
    const rows = [...(row?.parentElement.children ?? [])];
    const place = Math.max(0, rows.indexOf(row) + Number(fields.steps));
    if (row) row.parentElement.insertBefore(row, rows.filter((other) => other !== row)[place] ?? null);
    next(desk);
  },
  off_record: (desk) => record(desk, true),
  on_record: (desk) => record(desk, false),
};

const item = (desk, id) => (id ? desk.querySelector(`#item-${CSS.escape(id)}`) : null);
const waits = (row) => row?.classList.add("is-pending");

/** The answer that was being given is over. */
function leave(desk) {
  const now = desk.querySelector("#bar-now");
  if (!now || now.hidden) return;
  const id = desk.querySelector("#bar-now [name=question]")?.value;
  item(desk, id)?.remove();
  now.hidden = true;
  desk.dataset.key = "";
  next(desk);
}

function show(desk, { title, since, question }) {
  const now = desk.querySelector("#bar-now");
  if (!now) return;
  now.hidden = false;
  now.classList.add("is-pending");
  now.querySelector("#bar-title").textContent = title;
  now.querySelector("#bar-clock").dataset.since = since;
  for (const field of now.querySelectorAll("[name=question]")) field.value = question;
  const row = item(desk, question);
  row?.querySelector("[data-now]")?.removeAttribute("hidden");
  row?.querySelector("[data-not-now]")?.setAttribute("hidden", "");
  if (row?.dataset.place === "inbox") row.remove();
  next(desk);
}

/** What comes next, from the agenda as it is shown. */
function next(desk) {
  const place = desk.querySelector("#bar-next");
  if (!place) return;
  const now = desk.querySelector("#bar-now");
  const current = now.hidden ? "" : now.querySelector("[name=question]").value;
  const row = [...desk.querySelectorAll("#agenda > li")].find(({ dataset }) => dataset.id !== current);
  place.hidden = !row;
  desk.querySelector("#bar-idle").hidden = Boolean(row) || !now.hidden;
  if (!row) return;
  place.querySelector("#bar-next-title").textContent = row.dataset.title;
  place.querySelector("[name=question]").value = row.dataset.id;
  place.querySelector("form").dataset.title = row.dataset.title;
}

function record(desk, off) {
  const bar = desk.querySelector("#bar");
  bar?.classList.toggle("bar--off", off);
  bar?.querySelector(".bar__off").toggleAttribute("hidden", !off);
  for (const part of bar?.querySelectorAll("[data-record]") ?? []) part.hidden = (part.dataset.record === "on") !== off;
}
