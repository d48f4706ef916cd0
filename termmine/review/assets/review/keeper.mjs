// What is decided is not lost: kept in the browser, saved to a file, taken from a file. In: the page at work. Out:
// files, and texts for the reader. What a file means is known in listfile.mjs.

import { FileError } from "./csv.mjs";
import { FIELDS } from "./decisions.mjs";
import { askOtherList } from "./dialogs.mjs";
import { Disk, textOf } from "./disk.mjs";
import { byId } from "../shared/dom.mjs";
import { readOnto, writeList } from "./listfile.mjs";
import { keep, kept, openStorage } from "./store.mjs";

const REST = 300; // milliseconds without a change after which the browser keeps what was decided
const OWN = 0.5; // the share of a file's terms that must stand in the list for it to be a file of this list

export class Keeper {
  #app;
  #storage = openStorage(window);
  #disk = new Disk(window);
  #timer = 0;
  #isKept = false;
  #saved = null; // the step that was the last one when the list was saved

  constructor(app) {
    this.#app = app;
  }

  /** Whether something has been decided that no file holds. */
  get isDirty() {
    return (this.#app.decisions.steps.at(-1) ?? null) !== this.#saved;
  }

  /** Have the browser keep what was decided, once nothing changes for a moment. */
  keepSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keepNow(), REST);
  }

  #keepNow() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const { list, decisions } = this.#app;
    this.#isKept = keep(this.#storage, list.identity, decisions.edits(), new Date().toISOString());
    this.#sayKept(this.#isKept);
  }

  #sayKept(isKept) {
    byId("kept").textContent = this.#app.say(isKept ? "autosaved" : "autosave_off");
    byId("kept").classList.toggle("error", !isKept);
  }

  /** Keep at once what waits to be kept; whether the page may be left without losing anything. */
  leave() {
    if (this.#timer) this.#keepNow();
    return this.#isKept || !this.isDirty;
  }

  /** Take what the browser has kept for this list; undo takes it back. */
  restore() {
    const { list, decisions, say, language } = this.#app;
    if (!this.#storage) this.#sayKept(false);
    const found = kept(this.#storage, list.identity, list.n, FIELDS);
    if (!found) return;
    const n = new Set(found.changes.map(({ row }) => row)).size;
    const time = new Date(found.time).toLocaleString(language);
    if (decisions.apply(found.changes, "step_restored", { n })) this.#app.tell(say("restored", { n, time }));
    this.#isKept = true;
  }

  /** Save the whole list: in place where the browser can, else as a download. */
  async save() {
    const { list, decisions, say } = this.#app;
    decisions.close();
    const at = decisions.steps.at(-1) ?? null;
    try {
      const done = await this.#disk.save(writeList(list, decisions, list.form), list.saveAs, list.form);
      if (!done) return;
      this.#saved = at;
      this.#app.tell(say(done.inPlace ? "saved" : "saved_download", done));
    } catch (error) {
      this.#app.tell(say("save_failed", { reason: error.message }), true);
    }
    this.#app.drawCounts();
  }

  /** Take the decisions of a file; what is wrong with it is said in one line, and nothing is taken. */
  async open(file) {
    const { list, decisions, say } = this.#app;
    try {
      this.#take(file.name, readOnto(list, decisions, await textOf(file)));
    } catch (error) {
      const [key, values] = error instanceof FileError ? [error.key, error.values] : ["bad_encoding", {}];
      this.#app.tell(say(key, { file: file.name, ...values }), true);
    }
  }

  /** Take what was found in a file of this list; one of another list is refused, unless the reader wants it. */
  #take(file, found) {
    if (found.there >= OWN * found.n) return this.#takeChanges(file, found);
    const { say } = this.#app;
    this.#app.tell(say("other_list", { file, ...found }), true);
    askOtherList({ file, ...found }, say, () => this.#takeChanges(file, found));
  }

  #takeChanges(file, { changes, conflicts }) {
    const { decisions, say, row } = this.#app;
    const n = new Set(changes.map((change) => change.row)).size;
    decisions.close();
    const step = decisions.apply(changes, "step_opened", { n, file });
    const warning = conflicts ? ` ${say("open_conflicts", { n: conflicts })}` : "";
    this.#app.after(step ? say("opened", { n, file }) + warning : say("opened_nothing", { file }), row);
  }
}
