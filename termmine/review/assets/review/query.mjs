// What a search asks for. In: the words that somebody typed, and the names of the columns. Out: conditions, and
// whether a row fulfils them. Knows no list but through the functions that it is given.

/** Text as it is searched: one form of each character, lower case. */
export function fold(text) {
  return text.normalize("NFKC").toLowerCase();
}

const WORD = /(-?)(?:"([^"]*)"|([^\s"]+)"([^"]*)"?|(\S+))/g;
const CONDITION = /^([^:<>=]+)(>=|<=|>|<|=|:)(.*)$/;

/**
 * The conditions of a search: {not, text} for words, {not, column, relation, value} for columns. A word of the form
 * name>=3 or name:text is one on a column where a column has that name (whatever its case), else a word.
 */
export function parseQuery(search, columns) {
  const names = new Map(columns.map((name) => [fold(name), name]));
  const conditions = [];
  for (const [, minus, phrase, before, inside, plain] of fold(search).matchAll(WORD)) {
    const word = phrase ?? plain ?? before + inside;
    if (word === "" || word === undefined) continue;
    const [, name, relation, value] = (phrase === undefined && CONDITION.exec(word)) || [];
    const column = names.get(name);
    if (column === undefined) conditions.push({ not: minus !== "", text: word });
    else if (value !== "") conditions.push({ not: minus !== "", column, relation, value });
  }
  return conditions;
}

function compare(relation, cell, value) {
  if (relation === ":") return fold(cell).includes(value);
  const [left, right] = [Number(cell), Number(value)];
  if (relation === "=") return fold(cell) === value || (cell !== "" && left === right);
  if (cell === "" || Number.isNaN(left) || Number.isNaN(right)) return false;
  return { ">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right }[relation];
}

/** Whether a row fulfils all conditions; `texts` are the folded texts of it that words are looked for in. */
export function fulfils(conditions, texts, cell) {
  return conditions.every(({ not, text, column, relation, value }) => {
    const holds = column === undefined ? texts().some((t) => t.includes(text)) : compare(relation, cell(column), value);
    return holds !== not;
  });
}
