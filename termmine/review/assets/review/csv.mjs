// Comma-separated values (RFC 4180), tab-separated ones, and JSON Lines, as termmine writes and reads them.
// In: text. Out: rows of cells, each with the line that it begins on; or the other way. Knows nothing of terms.

const FORMULA = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/;

/** Text that no spreadsheet runs as a formula: an apostrophe stands before what could be one. */
export function guard(text) {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text that `guard` was given. */
export function unguard(text) {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}

function quoted(cell) {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** One line of CSV with its end; texts among the cells are to be guarded before. */
export function csvLine(cells) {
  const line = cells.map(quoted).join(",");
  return (cells.length === 1 && line === "" ? '""' : line) + "\n";
}

/** What is wrong with a file: a key for its text, and values. */
export class FileError extends Error {
  constructor(key, values = {}) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

/** The delimiter of a table by its first line: a tab, a semicolon where there is no comma, else a comma. */
export function delimiterOf(text) {
  const first = text.trimStart().split(/\r\n|\r|\n/, 1)[0];
  if (first.includes("\t")) return "\t";
  return first.includes(";") && !first.includes(",") ? ";" : ",";
}

/** The rows of a table with anything in them: {line, cells}. */
export function parseTable(text, delimiter = delimiterOf(text)) {
  const rows = [];
  const state = { text, delimiter, at: 0, line: 1 };
  while (state.at < text.length) {
    const line = state.line;
    const cells = parseRow(state);
    if (cells.some((cell) => cell.trim() !== "")) rows.push({ line, cells: cells.map(unguard) });
  }
  return rows;
}

/** The cells of the row at `state.at`, which moves on to the next one. */
function parseRow(state) {
  const cells = [];
  for (;;) {
    cells.push(state.text[state.at] === '"' ? quotedCell(state) : plainCell(state));
    const end = state.text[state.at];
    state.at += 1;
    if (end === state.delimiter) continue;
    if (end === "\r" && state.text[state.at] === "\n") state.at += 1;
    if (end !== undefined) state.line += 1;
    return cells;
  }
}

function plainCell(state) {
  const begin = state.at;
  while (state.at < state.text.length && !endsCell(state.text[state.at], state.delimiter)) state.at += 1;
  return state.text.slice(begin, state.at);
}

function endsCell(character, delimiter) {
  return character === undefined || character === delimiter || character === "\r" || character === "\n";
}

/** A cell in quotes; a line end in it counts, and a quote that is not closed is an error of the row's first line. */
function quotedCell(state) {
  const first = state.line;
  let cell = "";
  state.at += 1;
  for (;;) {
    const end = state.text.indexOf('"', state.at);
    if (end < 0) throw new FileError("bad_quotes", { line: first });
    const part = state.text.slice(state.at, end);
    state.line += part.match(/\r\n|\r|\n/g)?.length ?? 0;
    cell += part;
    state.at = end + 1;
    if (state.text[state.at] !== '"') break;
    cell += '"';
    state.at += 1;
  }
  if (!endsCell(state.text[state.at], state.delimiter)) throw new FileError("bad_quotes", { line: first });
  return cell;
}

/** The objects of a file with one on each line: {line, record}. */
export function parseJsonLines(text) {
  const records = [];
  text.split(/\r\n|\n/).forEach((line, i) => {
    if (line.trim() === "") return;
    const record = parsedOrNull(line);
    if (record === null || typeof record !== "object" || Array.isArray(record)) {
      throw new FileError("bad_json", { line: i + 1 });
    }
    records.push({ line: i + 1, record });
  });
  return records;
}

function parsedOrNull(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
