// What the reviewer has decided, and the way back. In: what the list says already, then changes. Out: what holds now,
// how many terms are judged, and the steps that can be undone. Knows no document, no file and no clock.

export const FIELDS = ["verdict", "translation", "note"];

/** The decisions on the rows of a list; `base` holds an array of strings, one a row, for each of FIELDS. */
export class Decisions {
  #base;
  #now;
  #counts = { y: 0, n: 0, "": 0 };
  #steps = [];
  #at = 0;

  constructor(base) {
    this.#base = base;
    this.#now = Object.fromEntries(FIELDS.map((field) => [field, base[field].slice()]));
    for (const verdict of base.verdict) this.#counts[verdict] += 1;
  }

  /** The value of a field (one of FIELDS) on a row. */
  get(field, row) {
    return this.#now[field][row];
  }

  /** How many rows are accepted (y), rejected (n), and neither (""). */
  get counts() {
    return { ...this.#counts };
  }

  /** The steps done so far, the first one first; each has a key and values for its text, and its changes. */
  get steps() {
    return this.#steps.slice(0, this.#at);
  }

  /** How many of the steps were undone and can be done again. */
  get undone() {
    return this.#steps.length - this.#at;
  }

  /**
   * Do changes ({row, field, value}) as one step; those that change nothing are dropped. With `join`, a step that
   * changes the field that the last one changed becomes part of it: a text that is being typed is one step.
   * Returns the step, or null where nothing changed.
   */
  apply(changes, key, values = {}, join = false) {
    const done = [];
    for (const { row, field, value } of changes) {
      const before = this.#now[field][row];
      if (before !== value) done.push({ row, field, before, after: value });
      this.#put(row, field, value);
    }
    if (!done.length) return null;
    this.#steps.length = this.#at;
    const last = this.#steps[this.#at - 1];
    if (join && last?.joins && isSameField(last, done)) {
      last.changes[0].after = done[0].after;
      return last;
    }
    this.#steps.push({ key, values, changes: done, joins: join });
    this.#at += 1;
    return this.#steps[this.#at - 1];
  }

  /** The next change of a field begins a step of its own. */
  close() {
    if (this.#at) this.#steps[this.#at - 1].joins = false;
  }

  /** Take the last step back; returns it, or null where there is none. */
  undo() {
    if (!this.#at) return null;
    this.#at -= 1;
    const step = this.#steps[this.#at];
    for (const { row, field, before } of step.changes.slice().reverse()) this.#put(row, field, before);
    step.joins = false;
    return step;
  }

  /** Do the step again that was undone last; returns it, or null where there is none. */
  redo() {
    if (this.#at === this.#steps.length) return null;
    const step = this.#steps[this.#at];
    this.#at += 1;
    for (const { row, field, after } of step.changes) this.#put(row, field, after);
    return step;
  }

  /** What differs from the list as it came: {row: [verdict, translation, note]}. */
  edits() {
    const edits = {};
    for (let row = 0; row < this.#now.verdict.length; row += 1) {
      if (FIELDS.some((field) => this.#now[field][row] !== this.#base[field][row])) {
        edits[row] = FIELDS.map((field) => this.#now[field][row]);
      }
    }
    return edits;
  }

  #put(row, field, value) {
    if (field === "verdict") {
      this.#counts[this.#now.verdict[row]] -= 1;
      this.#counts[value] += 1;
    }
    this.#now[field][row] = value;
  }
}

function isSameField(last, done) {
  const [one, other] = [last.changes, done];
  return one.length === 1 && other.length === 1 && one[0].row === other[0].row && one[0].field === other[0].field;
}
