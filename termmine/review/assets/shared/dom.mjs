// Elements made of text. In: a tag, properties, children. Out: an element. Whatever comes from a list or a corpus
// passes through here, and is text: nothing is ever parsed as markup.

/** An element; `properties` may hold `class`, `on` (handlers by event), `data` and attributes; texts are text nodes. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") Object.entries(value).forEach(([event, handler]) => made.addEventListener(event, handler));
    else if (name === "data") Object.assign(made.dataset, value);
    else if (typeof value === "boolean") made.toggleAttribute(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The element of that id. */
export function byId(id) {
  return document.getElementById(id);
}

/** A text in its own direction, so that marks for right-to-left writing turn nothing around but itself. */
export function isolated(text) {
  return element("bdi", {}, text);
}

/** A text of the list in a button that acts. */
export function textButton(text, label, act) {
  return element("button", { type: "button", class: "chip", title: label, on: { click: act } }, isolated(text));
}
