// Which rows are shown, and in what order. In: a list, decisions, and a view: {search, state, parts, sort}. Out: rows.
// Nothing is remembered here.

import { fold, fulfils, parseQuery } from "./query.mjs";

/** The view that a page begins with: all rows in the list's order. */
export const WHOLE = { search: "", state: "all", parts: "none", sort: "list" };

/** A column of the list, or of the decisions where it is one of theirs. */
export function cellOf(list, decisions, row, name) {
  for (const [field, of_field] of Object.entries(list.fieldNames)) {
    if (of_field === name) return decisions.get(field, row);
  }
  return list.cell(row, name);
}

/** The rows that a view shows, in its order. */
export function shownRows(list, decisions, view) {
  const names = [...new Set([...list.columns.map((column) => column.name), ...Object.values(list.fieldNames)])];
  const conditions = parseQuery(view.search, names);
  const rows = [];
  for (let row = 0; row < list.n; row += 1) {
    if (isShown(list, decisions, row, view, conditions)) rows.push(row);
  }
  return sorted(list, rows, view.sort);
}

function isShown(list, decisions, row, view, conditions) {
  const verdict = decisions.get("verdict", row);
  if (view.state === "open" ? verdict !== "" : view.state !== "all" && verdict !== view.state) return false;
  if (isHiddenPart(list, decisions, row, view.parts)) return false;
  const texts = () => [
    list.folded(row),
    fold(decisions.get("translation", row)),
    fold(decisions.get("note", row)),
  ];
  return fulfils(conditions, texts, (name) => cellOf(list, decisions, row, name));
}

function isHiddenPart(list, decisions, row, parts) {
  if (parts === "none") return false;
  if (parts === "all") return list.parents[row].length > 0;
  return list.parents[row].some((parent) => decisions.get("verdict", parent) === "y");
}

/** Whether a verdict can change which rows a view shows. */
export function dependsOnVerdicts(view) {
  return view.state !== "all" || view.parts === "accepted" || /verdict/i.test(view.search);
}

const TEXT = new Intl.Collator(["zh-Hans", "en"], { numeric: true });

function sorted(list, rows, sort) {
  if (sort === "list") return rows;
  const [way, name] = sort.split(/:(.*)/s);
  if (way === "term") return byText(rows, (row) => list.term(row));
  if (way === "ending") return byText(rows, (row) => [...list.term(row)].reverse().join(""));
  const values = new Float64Array(list.n);
  for (const row of rows) values[row] = list.number(row, name);
  const sign = way === "up" ? 1 : -1;
  return rows.sort((a, b) => byNumber(values[a], values[b], sign) || a - b);
}

function byText(rows, textOf) {
  const texts = new Map(rows.map((row) => [row, textOf(row)]));
  return rows.sort((a, b) => TEXT.compare(texts.get(a), texts.get(b)) || a - b);
}

/** The order of two figures; what is missing stands last either way. */
function byNumber(a, b, sign) {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return sign * (a - b);
}
