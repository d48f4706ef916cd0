// The page at work: what is shown, what is selected, and what each action does. In: a list, and the page's elements.
// Out: nothing; it draws, keeps and saves. Each action is a method; keys, buttons and menus call the same ones.

import { SIDES, fillCard } from "./card.mjs";
import { Decisions } from "./decisions.mjs";
import { askBulk, showHistory, showKeys } from "./dialogs.mjs";
import { byId, element } from "../shared/dom.mjs";
import { WHOLE, dependsOnVerdicts, shownRows } from "./filter.mjs";
import { Keeper } from "./keeper.mjs";
import { actionOf } from "./keys.mjs";
import { ListView } from "./listview.mjs";
import { say } from "./words.mjs";

export class App {
  constructor(list, language) {
    this.list = list;
    this.decisions = new Decisions(list.base);
    this.language = language;
    this.view = { ...WHOLE };
    this.rows = [];
    this.at = 0;
    this.side = SIDES[0];
    this.keeper = new Keeper(this);
    this.listView = new ListView(byId("list"), byId("canvas"), {
      list,
      decisions: this.decisions,
      say: this.say,
      select: (at) => this.select(at, true),
    });
  }

  say = (key, values) => say(this.language, key, values);

  start() {
    this.#listen();
    this.translate();
    this.keeper.restore();
    this.refilter(0);
  }

  get row() {
    return this.rows[this.at] ?? -1;
  }

  // --- what is shown ---

  /** Apply the view anew; `row` is to be selected, or what comes after it where it is not shown any more. */
  refilter(row) {
    this.rows = shownRows(this.list, this.decisions, this.view);
    const at = this.rows.indexOf(row);
    this.at = at >= 0 ? at : Math.min(this.#positionAfter(row), Math.max(this.rows.length - 1, 0));
    this.listView.show(this.rows, this.rows.length ? this.at : -1);
    this.#drawCard();
    this.drawCounts();
  }

  #positionAfter(row) {
    if (this.view.sort !== "list") return Math.max(this.at, 0);
    const at = this.rows.findIndex((other) => other > row);
    return at >= 0 ? at : this.rows.length;
  }

  /** Select what stands at a position of the shown rows. */
  select(at, openCard = false) {
    if (!this.rows.length) return;
    this.decisions.close();
    this.at = Math.min(Math.max(at, 0), this.rows.length - 1);
    this.listView.move(this.at);
    this.#drawCard();
    if (openCard) this.showPane("card");
  }

  /** Select a row wherever it is, if need be by showing all rows again. */
  go(row) {
    const at = this.rows.indexOf(row);
    if (at >= 0) return this.select(at);
    this.setView({ ...WHOLE, sort: this.view.sort }, row);
  }

  setView(changed, row = this.row) {
    this.view = { ...this.view, ...changed };
    byId("search").value = this.view.search;
    for (const name of ["state", "parts", "sort"]) byId(name).value = this.view[name];
    this.refilter(row);
  }

  #drawCard() {
    const card = byId("card-body");
    if (this.row < 0) {
      const clear = element("button", { type: "button", on: { click: () => this.setView(WHOLE) } }, this.say("clear_filters"));
      card.replaceChildren(element("p", {}, this.say("nothing_shown")), clear);
      return;
    }
    fillCard(card, this.row, {
      list: this.list,
      decisions: this.decisions,
      say: this.say,
      language: this.language,
      side: this.side,
      setSide: (side) => (this.side = side),
      write: (field, row, value) => this.write(field, row, value),
      go: (row) => this.go(row),
      search: (search) => this.setView({ search }),
    });
    byId("card").scrollTop = 0;
  }

  drawCounts() {
    const { y, n } = this.decisions.counts;
    byId("progress").max = this.list.n;
    byId("progress").value = y + n;
    byId("progress-text").textContent = this.say("progress", { judged: y + n, n: this.list.n });
    byId("counts").textContent = this.say("counts", { y, n });
    byId("shown").textContent = this.say("shown", { shown: this.rows.length, n: this.list.n });
    const dirty = this.keeper.isDirty;
    byId("save").classList.toggle("dirty", dirty);
    document.title = `${dirty ? "• " : ""}${this.list.name} – ${this.say("title")}`;
    byId("undo").disabled = !this.decisions.steps.length;
    byId("redo").disabled = !this.decisions.undone;
  }

  /** Say something aloud and below. */
  tell(text, isError = false) {
    const status = byId("status");
    status.classList.toggle("error", isError);
    status.textContent = text;
  }

  /** On a narrow screen one of the two panes is shown. */
  showPane(name) {
    document.body.dataset.pane = name;
    for (const tab of ["list", "card"]) byId(`tab-${tab}`).setAttribute("aria-pressed", String(tab === name));
  }

  // --- deciding ---

  /** Judge the selected term, and go on to the next one that is not judged. */
  decide(verdict) {
    const row = this.row;
    if (row < 0) return;
    const term = this.list.term(row);
    this.decisions.close();
    this.decisions.apply([{ row, field: "verdict", value: verdict }], `step_${verdict}`, { term });
    this.#goOn(row, this.say(`done_${verdict}`, { term }), verdict !== "");
  }

  /** Leave the selected term as it is, and go on. */
  skip() {
    const row = this.row;
    if (row >= 0) this.#goOn(row, this.say("done_skip", { term: this.list.term(row) }), true);
  }

  #goOn(row, done, advances) {
    const next = advances ? this.#nextOpen(this.at) : this.at;
    if (dependsOnVerdicts(this.view)) this.refilter(next === this.at ? row : this.rows[next]);
    else {
      this.listView.refresh(this.at);
      this.select(next);
      this.drawCounts();
    }
    this.keeper.keepSoon();
    const goes = this.row >= 0 && this.row !== row;
    this.tell(goes ? `${done} · ${this.say("next", { term: this.list.term(this.row) })}` : `${done} · ${this.say("all_judged")}`);
  }

  /** The next shown position whose row is not judged; where there is none, the next one at all. */
  #nextOpen(from) {
    for (let at = from + 1; at < this.rows.length; at += 1) {
      if (this.decisions.get("verdict", this.rows[at]) === "") return at;
    }
    return Math.min(from + 1, this.rows.length - 1);
  }

  /** Judge all shown rows at once, after asking; one step, which one undo takes back. */
  bulk(verdict) {
    const rows = this.rows.slice();
    if (!rows.length) return this.tell(this.say("nothing_shown"), true);
    const judged = rows.filter((row) => this.decisions.get("verdict", row) !== "").length;
    askBulk(verdict, { n: rows.length, judged }, this.say, (onlyOpen) => {
      const chosen = onlyOpen ? rows.filter((row) => this.decisions.get("verdict", row) === "") : rows;
      const changes = chosen.map((row) => ({ row, field: "verdict", value: verdict }));
      const changed = changes.filter(({ row }) => this.decisions.get("verdict", row) !== verdict).length;
      this.decisions.apply(changes, `step_bulk_${verdict}`, { n: changed });
      this.after(this.say(`step_bulk_${verdict}`, { n: changed }), this.row);
    });
  }

  /** Write a translation or a note; what is typed in one go is one step. */
  write(field, row, value) {
    this.decisions.apply([{ row, field, value }], `step_${field}`, { term: this.list.term(row) }, true);
    this.listView.refresh(this.at);
    this.drawCounts();
    this.keeper.keepSoon();
  }

  undo() {
    this.#back(this.decisions.undo(), "undone", "nothing_undo");
  }

  redo() {
    this.#back(this.decisions.redo(), "redone", "nothing_redo");
  }

  #back(step, done, nothing) {
    if (!step) return this.tell(this.say(nothing));
    this.after(this.say(done, { step: this.stepText(step) }), step.changes[0].row);
  }

  stepText = ({ key, values }) => this.say(key, values);

  /** Undo or redo until that many steps are done. */
  goTo(count) {
    let step = null;
    while (this.decisions.steps.length > count) step = this.decisions.undo();
    if (step) this.after(this.say("undone", { step: this.stepText(step) }), step.changes[0].row);
  }

  /** Draw what has changed on a row and elsewhere, keep it, and say it. */
  after(text, row) {
    this.refilter(row);
    this.keeper.keepSoon();
    this.tell(text);
  }

  // --- keys, buttons, menus ---

  actions = {
    accept: () => this.decide("y"),
    reject: () => this.decide("n"),
    clear: () => this.decide(""),
    skip: () => this.skip(),
    next: () => this.select(this.at + 1),
    previous: () => this.select(this.at - 1),
    page_down: () => this.select(this.at + this.listView.page),
    page_up: () => this.select(this.at - this.listView.page),
    first: () => this.select(0),
    last: () => this.select(this.rows.length - 1),
    next_open: () => this.select(this.#nextOpen(this.at)),
    undo: () => this.undo(),
    redo: () => this.redo(),
    translation: () => this.focus("field-translation"),
    note: () => this.focus("field-note"),
    search: () => this.focus("search"),
    leave: () => this.leave(),
    parts: () => this.setView({ parts: this.view.parts === "none" ? "all" : "none" }),
    other_side: () => this.otherSide(),
    save: () => this.keeper.save(),
    open: () => byId("file").click(),
    help: () => showKeys(this.say),
    history: () => showHistory(this.decisions.steps, this.stepText, this.say, (count) => this.goTo(count)),
    bulk_y: () => this.bulk("y"),
    bulk_n: () => this.bulk("n"),
    bulk_clear: () => this.bulk(""),
    pane_list: () => this.showPane("list"),
    pane_card: () => this.showPane("card"),
    tools: () => this.toggleTools(),
  };

  focus(id) {
    if (id !== "search") this.showPane("card");
    byId(id)?.focus();
  }

  leave() {
    this.decisions.close();
    byId("list").focus();
  }

  otherSide() {
    this.side = this.side === "right" ? "left" : "right";
    const top = byId("card").scrollTop;
    this.#drawCard();
    byId("card").scrollTop = top;
  }

  toggleTools() {
    const open = document.body.classList.toggle("tools-open");
    byId("tools-toggle").setAttribute("aria-expanded", String(open));
  }

  #onKey(event) {
    if (document.querySelector("dialog[open]")) return;
    const { target } = event;
    const writing = target.matches("input, textarea, select");
    const action = actionOf(event, writing);
    const presses = target.matches("button, summary") && (event.key === " " || event.key === "Enter");
    if (!action || presses) return;
    event.preventDefault();
    this.actions[action]();
  }

  #listen() {
    document.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("click", (event) => {
      const name = event.target.closest("[data-action]")?.dataset.action;
      if (name) this.actions[name]();
    });
    byId("search").addEventListener("input", (event) => this.setView({ search: event.target.value }));
    for (const name of ["state", "parts", "sort"]) {
      byId(name).addEventListener("change", (event) => this.setView({ [name]: event.target.value }));
    }
    byId("language").addEventListener("change", (event) => {
      this.language = event.target.value;
      this.translate();
      this.refilter(this.row);
    });
    byId("file").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (file) await this.keeper.open(file);
      event.target.value = "";
    });
    window.addEventListener("pagehide", () => this.keeper.leave());
    window.addEventListener("beforeunload", (event) => this.keeper.leave() || event.preventDefault());
  }

  /** Write every text of the page in the chosen language. */
  translate() {
    document.documentElement.lang = this.language === "zh" ? "zh-Hans" : "en";
    byId("language").value = this.language;
    for (const node of document.querySelectorAll("[data-say]")) node.textContent = this.say(node.dataset.say);
    for (const node of document.querySelectorAll("[data-say-label]")) node.setAttribute("aria-label", this.say(node.dataset.sayLabel));
    for (const node of document.querySelectorAll("[data-say-title]")) node.title = this.say(node.dataset.sayTitle);
    byId("search").placeholder = this.say("search_hint");
    byId("name").textContent = this.list.name;
    this.#fillSort();
  }

  #fillSort() {
    const options = [["list", this.say("sort_list")], ["term", this.say("sort_term")], ["ending", this.say("sort_ending")]];
    for (const figure of this.list.figures) {
      const name = this.list.label(figure, this.language);
      options.push([`down:${figure}`, this.say("sort_down", { name })], [`up:${figure}`, this.say("sort_up", { name })]);
    }
    byId("sort").replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
    byId("sort").value = this.view.sort;
  }
}
