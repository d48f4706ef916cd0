// The list that the page holds: its terms, its columns, and what the corpus says of each. In: the page's data. Out: a
// value to ask. Nothing is changed here; what the reviewer decides is kept in decisions.mjs.

import { fold } from "./query.mjs";

/** A list from the data that stands in the page; what cannot be one is an error that says why. */
export class TermList {
  #data;
  #places;
  #folded;
  #ascending = new Map();
  #figures;

  constructor(data) {
    if (!data || data.format !== 1) throw new Error("its data is of another version");
    this.#data = data;
    this.columns = data.columns;
    this.#places = new Map(data.columns.map((column, i) => [column.name, i]));
    this.n = data.cells[this.#places.get("term")].length;
    this.#folded = this.column("term").map(fold);
    this.fieldNames = { verdict: "verdict", translation: data.translation, note: data.note };
    this.headings = new Map(Object.entries(data.headings));
    this.words = new Map(Object.entries({ y: data.accepting, n: data.rejecting, "": data.undecided }).flatMap(wordsOf));
    this.parents = data.longer;
    this.children = childrenOf(data.longer);
  }

  /** What identifies the list, the name of its file, the name and the form it is saved under, its language or null. */
  get identity() {
    return this.#data.identity;
  }
  get name() {
    return this.#data.name;
  }
  get saveAs() {
    return this.#data.save_as;
  }
  get form() {
    return this.#data.form;
  }
  get language() {
    return this.#data.language;
  }
  /** How many sentences were chosen and are held, and the limit in MB. */
  get sentences() {
    return this.#data.sentences;
  }

  has(name) {
    return this.#places.has(name);
  }
  column(name) {
    return this.#data.cells[this.#places.get(name)];
  }
  cell(row, name) {
    return this.column(name)[row];
  }
  term(row) {
    return this.cell(row, "term");
  }
  /** What a column is called in a language. */
  label(name, language) {
    return language === "zh" ? (this.#data.labels[name] ?? name) : name;
  }
  /** A term as it is searched. */
  folded(row) {
    return this.#folded[row];
  }
  /** A figure as a number, NaN where it is missing. */
  number(row, name) {
    return this.has(name) ? numberOf(this.cell(row, name)) : NaN;
  }
  /** The columns of figures: those that termmine writes, and others that hold numbers alone, as `probability`. */
  get figures() {
    this.#figures ??= this.columns.filter((column) => this.#isFigure(column)).map(({ name }) => name);
    return this.#figures;
  }

  #isFigure({ name, kind }) {
    if (kind !== "text") return kind !== "truth";
    if (name === "term" || Object.values(this.fieldNames).includes(name)) return false;
    const cells = this.column(name).filter((cell) => cell !== "");
    return cells.length > 0 && cells.every((cell) => cell.trim() !== "" && Number.isFinite(Number(cell)));
  }

  /** The share of the rows that have a smaller figure in that column, from 0 to 1. */
  share(row, name) {
    if (!this.#ascending.has(name)) {
      const values = this.column(name).map(numberOf).filter((value) => !Number.isNaN(value));
      this.#ascending.set(name, Float64Array.from(values).sort());
    }
    const ascending = this.#ascending.get(name);
    return lowerBound(ascending, this.number(row, name)) / Math.max(ascending.length, 1);
  }

  /** The reviewer's decisions as the list brings them. */
  get base() {
    const empty = () => Array(this.n).fill("");
    const own = (name) => (this.has(name) ? this.column(name) : empty());
    return {
      verdict: this.#data.verdicts,
      translation: own(this.fieldNames.translation),
      note: own(this.fieldNames.note),
    };
  }

  /** The sentences of a term: {text, begin, end, place}; the first `examples` of them are whole and different. */
  occurrences(row) {
    const { texts, text_paths: paths, text_lines: lines, shown } = this.#data;
    const found = [];
    for (let i = 0; i < shown[row].length; i += 3) {
      const [at, begin, end] = shown[row].slice(i, i + 3);
      found.push({ text: texts[at], begin, end, place: `${this.#data.paths[paths[at]]}:${lines[at]}` });
    }
    return found;
  }

  /** The first sentences of a term, for reading; where the page has none, those of the list's own columns. */
  examples(row) {
    const held = this.occurrences(row).slice(0, this.#data.examples[row]);
    return held.length ? held : this.#examplesOfList(row);
  }

  #examplesOfList(row) {
    return this.#data.example_columns
      .map(([text, place]) => ({ text: this.cell(row, text), place: this.has(place) ? this.cell(row, place) : "" }))
      .filter(({ text }) => text !== "")
      .map((example) => ({ ...example, ...located(this.term(row), example.text) }));
  }

  /** How often a term was found in the corpus, null where there was none. */
  found(row) {
    return this.#data.freq ? this.#data.freq[row] : null;
  }
  /** The commonest neighbours of a term: [text, times] before it and after it; "" is an edge. */
  neighbours(row) {
    return this.#data.neighbours ? this.#data.neighbours[row] : [[], []];
  }
  /** The columns that hold sentences and their places. */
  get sentenceColumns() {
    return new Set(this.#data.example_columns.flat());
  }
}

function wordsOf([verdict, words]) {
  return words.map((word) => [word, verdict]);
}

function numberOf(text) {
  return text === "" ? NaN : Number(text);
}

function lowerBound(ascending, value) {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function childrenOf(parents) {
  const children = parents.map(() => []);
  parents.forEach((rows, child) => rows.forEach((row) => children[row].push(child)));
  return children;
}

/** Where a term stands in a sentence, blanks and case aside; nowhere is {begin: 0, end: 0}. */
export function located(term, text) {
  const letters = [...term.normalize("NFKC").replace(/\s/g, "")].map((c) => c.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  const match = new RegExp(letters.join("\\s*"), "iu").exec(text);
  return match ? { begin: match.index, end: match.index + match[0].length } : { begin: 0, end: 0 };
}
