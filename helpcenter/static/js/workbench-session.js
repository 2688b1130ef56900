// The form of a live session: counts the title, shows what belongs to a choice, and looks at the picture before it is sent.

const form = document.getElementById("session-form");

for (const place of form.querySelectorAll("[data-count-of]")) {
  const input = form.elements[place.dataset.countOf];
  const most = Number(place.dataset.most);
  const show = () => {
    const length = [...input.value].length;
    place.textContent = `${length} / ${most}`;
    place.classList.toggle("is-over", length > most);
  };
  input.addEventListener("input", show);
  show();
}

function showChoices() {
  for (const part of form.querySelectorAll("[data-when-repeat]"))
    part.hidden = !part.dataset.whenRepeat.split(" ").includes(form.elements.repeat.value);
  for (const part of form.querySelectorAll("[data-when-ends]"))
    part.hidden = part.dataset.whenEnds !== form.elements.ends.value;
}
// A second channel can only show what is broadcast on this site.
function showRelay() {
  for (const part of form.querySelectorAll("[data-when-channel]"))
    part.hidden = part.dataset.whenChannel !== form.elements.channel.value;
}
form.elements.channel.addEventListener("change", showRelay);
showRelay();

if (form.elements.repeat) {
  form.addEventListener("change", showChoices);
  showChoices();
}

const picture = form.elements.picture;
const problem = document.getElementById("picture-error");
picture.addEventListener("change", () => {
  const tooLarge = (picture.files[0]?.size ?? 0) > Number(picture.dataset.most);
  problem.textContent = tooLarge ? picture.dataset.tooLarge : "";
  problem.hidden = !tooLarge;
  if (tooLarge) {
    picture.value = "";
    picture.setAttribute("aria-invalid", "true");
  } else picture.removeAttribute("aria-invalid");
});

// One more row for a proposed date, a week after the last at the same time.
const dates = document.getElementById("dates");
const more = document.getElementById("one-more-date");
if (more) {
  more.hidden = false;
  more.addEventListener("click", () => {
    const row = dates.lastElementChild.cloneNode(true);
    const number = dates.children.length + 1;
    row.querySelector(".field__error")?.remove();
    for (const label of row.querySelectorAll("label")) {
      label.className = "rows__label";
      label.htmlFor = label.htmlFor.replace(/\d+$/, number);
    }
    for (const input of row.querySelectorAll("input")) {
      input.id = input.id.replace(/\d+$/, number);
      input.removeAttribute("aria-invalid");
      if (input.type === "date" && input.valueAsDate) input.valueAsNumber += 7 * 24 * 3600 * 1000;
    }
    dates.append(row);
    row.querySelector("input").focus();
  });
}
