// What a key means. In: a keyboard event, and whether somebody is writing. Out: the name of an action, or null.

const PLAIN = {
  y: "accept", n: "reject", " ": "skip", x: "clear", Delete: "clear", Backspace: "clear",
  ArrowDown: "next", j: "next", ArrowUp: "previous", k: "previous",
  PageDown: "page_down", PageUp: "page_up", Home: "first", End: "last",
  o: "next_open", u: "undo", U: "redo", t: "translation", m: "note", "/": "search",
  p: "parts", s: "other_side", "?": "help",
};
const WITH_CONTROL = { s: "save", z: "undo", Z: "redo", y: "redo", o: "open" };
const WRITING = { Escape: "leave", Enter: "leave" };

/** The letter of a key, also where an input method for Chinese is on and hides it. */
function keyOf(event) {
  if (event.key !== "Process" && event.keyCode !== 229) return event.key;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  if (letter) return event.shiftKey ? letter.toUpperCase() : letter;
  return { Space: " ", Slash: event.shiftKey ? "?" : "/" }[event.code] ?? event.key;
}

/** The action of a key; `writing` is true in a field of text, where letters are letters. */
export function actionOf(event, writing) {
  if (event.isComposing || event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    const action = WITH_CONTROL[event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase()] ?? null;
    return writing && (action === "undo" || action === "redo") ? null : action;
  }
  if (writing && event.shiftKey) return null; // Shift+Enter is a new line
  return writing ? (WRITING[event.key] ?? null) : (PLAIN[keyOf(event)] ?? null);
}
