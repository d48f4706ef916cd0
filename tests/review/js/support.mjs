// What the tests of the page's modules share: small lists, repeatable chance, and a slow twin of the decisions.

import { Decisions } from "../../../termmine/review/assets/review/decisions.mjs";
import { TermList } from "../../../termmine/review/assets/review/list.mjs";

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick(random, values) {
  return values[Math.floor(random() * values.length)];
}

/** A list from rows of objects; what is not given is as in a page without a corpus. */
export function makeList(rows, more = {}) {
  const names = Object.keys(rows[0]);
  const kinds = { freq: "whole", score: "decimal", known: "truth" };
  return new TermList({
    format: 1,
    name: "terms.csv",
    identity: "0123456789abcdef",
    save_as: "terms-reviewed.csv",
    form: "csv",
    language: null,
    headings: { term: "term", 术语: "term", verdict: "verdict", 审定: "verdict" },
    labels: { freq: "词频" },
    accepting: ["y", "是"],
    rejecting: ["n", "否"],
    undecided: ["", "待定"],
    translation: "translation",
    note: "note",
    columns: names.map((name) => ({ name, heading: name, kind: kinds[name] ?? "text" })),
    cells: names.map((name) => rows.map((row) => row[name])),
    verdicts: rows.map((row) => row.verdict ?? ""),
    longer: rows.map(() => []),
    example_columns: [],
    freq: null,
    neighbours: null,
    shown: rows.map(() => []),
    examples: rows.map(() => 0),
    texts: [],
    text_paths: [],
    text_lines: [],
    paths: [],
    sentences: { held: 0, found: 0, limit: 0 },
    ...more,
  });
}

export function decide(list) {
  return new Decisions(list.base);
}
