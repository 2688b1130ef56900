// One more empty row for a chapter, and times taken from the player by a double click on the field.

import { writeTime } from "./workbench-time.js";

const rows = document.querySelector(".rows");
const add = document.querySelector("[data-add-row]");
const player = document.getElementById("player");

add.hidden = false;
add.addEventListener("click", () => {
  const row = rows.lastElementChild.cloneNode(true);
  const number = rows.children.length + 1;
  for (const input of row.querySelectorAll("input")) {
    input.value = "";
    const name = input.name;
    if (input.id) input.id = `${name}-${number}`;
    row.querySelector(`label[for^="${name}-"]`)?.setAttribute("for", `${name}-${number}`);
  }
  rows.append(row);
  const start = row.querySelector('input[name="start"]');
  if (player?.currentTime) start.value = writeTime(player.currentTime);
  start.focus();
});
