// Questions and lists that lie over the page. In: what to ask or show. Out: what was answered. Closing one by Escape
// answers no.

import { element, isolated } from "../shared/dom.mjs";

const MOST_STEPS = 200; // of the history that are listed

/** Show a dialog with these children; `act` of a button is called after it has closed. */
export function openDialog(title, children, buttons) {
  const heading = element("h2", { id: "dialog-title" }, title);
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" }, heading, ...children);
  const row = element("div", { class: "buttons" });
  for (const { id, label, act, main } of buttons) {
    const press = () => {
      dialog.close();
      act?.();
    };
    row.append(element("button", { type: "button", id, class: main ? "main" : "", on: { click: press } }, label));
  }
  dialog.append(row);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  row.querySelector(".main")?.focus();
  return dialog;
}

/** Ask before many terms are judged at once; `go(onlyOpen)` does it. */
export function askBulk(verdict, { n, judged }, say, go) {
  const only = element("input", { type: "checkbox", id: "bulk-only-open", checked: judged > 0 });
  const question = element("p", {}, say("bulk_count", { n, judged }));
  const choice = judged ? [element("label", { class: "check" }, only, ` ${say("bulk_only_open")}`)] : [];
  const leaves = () => (judged > 0 && only.checked && verdict !== "" ? judged : 0);
  const buttons = [
    { id: "bulk-go", label: say("bulk_go", { n: n - leaves() }), main: true, act: () => go(leaves() > 0) },
    { id: "bulk-cancel", label: say("cancel") },
  ];
  const dialog = openDialog(say(`bulk_title_${verdict}`), [question, ...(verdict === "" ? [] : choice)], buttons);
  only.addEventListener("change", () => {
    dialog.querySelector("#bulk-go").textContent = say("bulk_go", { n: n - leaves() });
  });
}

/** Show the steps, the last one first, each with a way back to before the next one: `goTo(number of steps)`. */
export function showHistory(steps, textOf, say, goTo) {
  let dialog = null;
  const entry = (text, count, now) => {
    const back = () => {
      dialog.close();
      goTo(count);
    };
    const button = element("button", { type: "button", class: "back", on: { click: back } }, say("go_back"));
    return element("li", {}, isolated(text), now ? element("em", {}, say("history_now")) : button);
  };
  const first = Math.max(steps.length - MOST_STEPS, 0);
  const items = steps.slice(first).map((step, i) => entry(textOf(step), first + i + 1, first + i + 1 === steps.length));
  items.reverse();
  if (first) items.push(element("li", {}, say("history_more", { n: first })));
  items.push(entry(say("history_begin"), 0, steps.length === 0));
  const body = element("ul", { class: "steps" }, ...items);
  const empty = steps.length ? [] : [element("p", {}, say("history_empty"))];
  dialog = openDialog(say("history"), [...empty, body], [{ id: "history-close", label: say("close"), main: true }]);
}

const KEYS = [
  ["y", "key_y"], ["n", "key_n"], ["␣", "key_space"], ["x", "key_x"], ["↑ ↓ / k j", "key_move"],
  ["PgUp PgDn Home End", "key_page"], ["o", "key_open"], ["u / Ctrl+Z", "key_undo"], ["U / Ctrl+Y", "key_redo"],
  ["t", "key_translation"], ["m", "key_note"], ["/", "key_search"], ["p", "key_parts"], ["s", "key_sort"],
  ["Ctrl+S", "key_save"], ["?", "key_help"],
];

/** Show what the keys do, and what a search understands. */
export function showKeys(say) {
  const rows = KEYS.map(([key, text]) => element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, key)), element("td", {}, say(text))));
  const table = element("table", { class: "keys" }, element("tbody", {}, ...rows));
  openDialog(say("keys_title"), [table, element("p", {}, say("search_help"))], [{ id: "help-close", label: say("close"), main: true }]);
}

/** Say that a file is of another list; `take` takes what stands in both. */
export function askOtherList(values, say, take) {
  const buttons = [{ id: "other-cancel", label: say("close"), main: true }];
  if (values.there) buttons.unshift({ id: "other-take", label: say("other_take", values), act: take });
  openDialog(say("open"), [element("p", {}, say("other_list", values))], buttons);
}
