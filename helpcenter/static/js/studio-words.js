// The sentences of a page, which its template holds in the reader's language.

/** `words("word", { name: value })`: the sentence with its places filled; "" for a word that the page does not have. */
export function wordsOf(list) {
  const all = new Map([...list.querySelectorAll("[data-word]")].map((item) => [item.dataset.word, item.textContent]));
  return (word, values = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), all.get(word) ?? "");
}

/** Show a sentence in its place, or hide the place; nothing is said twice to a screen reader. */
export function show(place, text) {
  if (place.textContent !== text) place.textContent = text;
  place.hidden = !text;
}
