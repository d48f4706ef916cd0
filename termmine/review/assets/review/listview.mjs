// The terms one below the other, of which only those in sight are drawn. In: rows, a selected one, decisions. Out:
// elements of a listbox, and the row that somebody clicks.

import { element, isolated } from "../shared/dom.mjs";
import { rowsInSight, scrollTo } from "./virtual.mjs";

const MARKS = { y: "✓", n: "✗", "": "·" };

/** The list of terms in a box that scrolls. */
export class ListView {
  #box;
  #canvas;
  #context;
  #rows = [];
  #at = -1;
  #nodes = new Map();
  #height = 0;

  /** `context` has list, decisions, say(key, values), and select(position). */
  constructor(box, canvas, context) {
    this.#box = box;
    this.#canvas = canvas;
    this.#context = context;
    box.addEventListener("scroll", () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(box);
    canvas.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) context.select(Number(option.dataset.at));
    });
  }

  /** Rows that fit into sight. */
  get page() {
    return Math.max(Math.floor(this.#box.clientHeight / this.#rowHeight()) - 1, 1);
  }

  /** Show these rows, with the one at a position selected and in sight; what is drawn already is drawn anew. */
  show(rows, at) {
    this.#rows = rows;
    this.#at = at;
    this.#canvas.style.height = `${rows.length * this.#rowHeight()}px`;
    this.#nodes.forEach((node) => node.remove());
    this.#nodes.clear();
    this.#bringIntoSight();
    this.#draw();
  }

  /** Select another position of the same rows; only what changes is drawn. */
  move(at) {
    const before = this.#at;
    this.#at = at;
    this.#bringIntoSight();
    this.refresh(before);
    this.refresh(at);
    this.#draw();
  }

  /** Draw the row at a position anew, where it is drawn at all. */
  refresh(at) {
    const old = this.#nodes.get(at);
    if (!old) return;
    const node = this.#node(at);
    old.replaceWith(node);
    this.#nodes.set(at, node);
  }

  #rowHeight() {
    if (!this.#height) this.#height = parseFloat(getComputedStyle(this.#box).getPropertyValue("--row")) || 34;
    return this.#height;
  }

  #bringIntoSight() {
    if (this.#at < 0 || !this.#box.clientHeight) return;
    const { scrollTop: top, clientHeight: height } = this.#box;
    const wanted = scrollTo(this.#at, top, height, this.#rowHeight(), this.#rows.length);
    if (wanted !== top) this.#box.scrollTop = wanted;
  }

  #draw() {
    const { scrollTop: top, clientHeight: height } = this.#box;
    const [begin, end] = rowsInSight(top, height, this.#rowHeight(), this.#rows.length);
    for (const [at, node] of this.#nodes) {
      if (at >= begin && at < end) continue;
      node.remove();
      this.#nodes.delete(at);
    }
    const added = [];
    for (let at = begin; at < end; at += 1) {
      if (this.#nodes.has(at)) continue;
      const node = this.#node(at);
      this.#nodes.set(at, node);
      added.push(node);
    }
    this.#canvas.append(...added);
    this.#box.setAttribute("aria-activedescendant", this.#nodes.has(this.#at) ? `option-${this.#at}` : "");
  }

  #node(at) {
    const { list, decisions, say } = this.#context;
    const row = this.#rows[at];
    const verdict = decisions.get("verdict", row);
    const translation = decisions.get("translation", row);
    const properties = {
      role: "option",
      id: `option-${at}`,
      class: `row verdict-${verdict || "open"}`,
      data: { at: String(at) },
      "aria-selected": String(at === this.#at),
      "aria-setsize": String(this.#rows.length),
      "aria-posinset": String(at + 1),
      "aria-label": `${list.term(row)}, ${say(`verdict_${verdict}`)}${translation ? `, ${translation}` : ""}`,
    };
    const node = element(
      "div",
      properties,
      element("span", { class: "number" }, String(row + 1)),
      element("span", { class: "mark", "aria-hidden": "true" }, MARKS[verdict]),
      element("span", { class: "term", title: list.term(row) }, isolated(list.term(row))),
      element("span", { class: "translated" }, isolated(translation)),
      element("span", { class: "figure" }, list.has("freq") ? list.cell(row, "freq") : ""),
    );
    node.style.top = `${at * this.#rowHeight()}px`;
    return node;
  }
}
