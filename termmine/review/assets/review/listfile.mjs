// A reviewed list as a file: written whole, and read back onto a list. In: a list, decisions, text. Out: text, or the
// changes that a file stands for, and how many of its terms are of this list. Decides nothing, and shows nothing.

import { FileError, csvLine, guard, parseJsonLines, parseTable } from "./csv.mjs";
import { FIELDS } from "./decisions.mjs";

/** The verdict that a cell means, "y", "n" or "", or null where it means none; the list knows the words. */
export function verdictOf(list, text) {
  const cell = text.normalize("NFKC").replaceAll("\ufe0f", "").trim().toLowerCase();
  return list.words.get(cell) ?? null;
}

/** The name of the column under a heading, which may be Chinese; the heading itself where it is somebody's own. */
function columnName(list, heading) {
  const plain = heading.normalize("NFKC").trim();
  return list.headings.get(plain) ?? list.headings.get(plain.toLowerCase()) ?? plain;
}

/** The columns of a saved list: those that it came with, then those of the decisions that it lacked. */
export function savedColumns(list) {
  const names = list.columns.map((column) => column.name);
  const added = FIELDS.map((field) => list.fieldNames[field]).filter((name) => !names.includes(name));
  return [...list.columns, ...added.map((name) => ({ name, heading: name, kind: "text" }))];
}

function cellsOf(list, decisions, row, columns) {
  const fieldOf = new Map(FIELDS.map((field) => [list.fieldNames[field], field]));
  return columns.map(({ name }) =>
    fieldOf.has(name) ? decisions.get(fieldOf.get(name), row) : list.cell(row, name),
  );
}

/** The list with the decisions as termmine reads it: CSV, which begins with a byte order mark for Excel, or JSON Lines. */
export function writeList(list, decisions, form) {
  const columns = savedColumns(list);
  const lines = form === "jsonl" ? [] : ["\ufeff", csvLine(columns.map(({ heading }) => guard(heading)))];
  for (let row = 0; row < list.n; row += 1) {
    const cells = cellsOf(list, decisions, row, columns);
    lines.push(form === "jsonl" ? jsonLine(columns, cells) : csvLine(cells.map((cell, i) => guarded(columns[i], cell))));
  }
  return lines.join("");
}

/** Only a text can be a formula: a figure may begin with its sign. */
function guarded({ kind }, cell) {
  return kind === "text" ? guard(cell) : cell;
}

function jsonLine(columns, cells) {
  const members = columns.map(({ heading, kind }, i) => `${JSON.stringify(heading)}: ${jsonValue(kind, cells[i])}`);
  return `{${members.join(", ")}}\n`;
}

/** A cell as JSON; figures stand in the list as JSON writes them, and what is missing is null. */
function jsonValue(kind, cell) {
  if (kind === "text") return JSON.stringify(cell);
  if (cell === "") return "null";
  return kind === "decimal" ? cell.replace(/(\.\d+?)0+$/, "$1") : cell;
}

/** The rows of a file: {line, cells: Map of column to text}. */
export function readRecords(list, text) {
  const body = text.replace(/^\ufeff/, "");
  if (body.trim() === "") throw new FileError("bad_empty");
  return body.trimStart().startsWith("{") ? fromJson(list, body) : fromTable(list, body);
}

function fromJson(list, text) {
  const records = parseJsonLines(text).map(({ line, record }) => ({
    line,
    cells: new Map(Object.entries(record).map(([name, value]) => [columnName(list, name), plain(value)])),
  }));
  if (!records.some(({ cells }) => cells.has("term"))) throw new FileError("bad_no_term");
  return records;
}

function plain(value) {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function fromTable(list, text) {
  const [header, ...rows] = parseTable(text);
  const names = header.cells.map((heading) => columnName(list, heading));
  if (!names.includes("term")) throw new FileError("bad_no_term");
  return rows.map(({ line, cells }) => {
    if (cells.slice(names.length).some((cell) => cell !== "")) {
      throw new FileError("bad_cells", { line, cells: cells.length, columns: names.length });
    }
    return { line, cells: new Map(names.map((name, i) => [name, cells[i] ?? ""])) };
  });
}

/**
 * What a file says of a list: `changes` for the terms that stand in both, `n` terms in the file, `there` of them in
 * the list, and `conflicts`: the rows whose verdict it turns round. An empty cell says nothing. A term that stands
 * there several times is taken in order.
 */
export function readOnto(list, decisions, text) {
  const records = readRecords(list, text);
  const fields = FIELDS.filter((field) => records.some(({ cells }) => cells.has(list.fieldNames[field])));
  if (!fields.length) throw new FileError("bad_no_verdict", list.fieldNames);
  const places = rowsByTerm(list);
  const found = { changes: [], n: 0, there: 0, conflicts: 0 };
  for (const { line, cells } of records) {
    const term = (cells.get("term") ?? "").trim();
    const values = fields.map((field) => valueOf(list, field, cells.get(list.fieldNames[field]) ?? "", line, term));
    found.n += 1;
    const row = places.get(term)?.shift();
    if (row === undefined) continue;
    found.there += 1;
    fields.forEach((field, i) => takeOne(found, decisions, { row, field, value: values[i] }));
  }
  return found;
}

function takeOne(found, decisions, change) {
  const before = decisions.get(change.field, change.row);
  if (change.value === "" || before === change.value) return;
  if (change.field === "verdict" && before !== "") found.conflicts += 1;
  found.changes.push(change);
}

function valueOf(list, field, text, line, term) {
  if (field !== "verdict") return text;
  const verdict = verdictOf(list, text);
  if (verdict === null) throw new FileError("bad_verdict", { line, term, text });
  return verdict;
}

function rowsByTerm(list) {
  const places = new Map();
  for (let row = 0; row < list.n; row += 1) {
    const term = list.term(row);
    if (places.has(term)) places.get(term).push(row);
    else places.set(term, [row]);
  }
  return places;
}
