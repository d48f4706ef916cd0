// Answers questions from standard input, [[function, arguments], ...], with what the page's modules give: so that
// tests in Python can compare them with termmine.

import { readFileSync } from "node:fs";

import { guard, parseTable, unguard } from "../../../termmine/review/assets/review/csv.mjs";
import { readOnto, verdictOf, writeList } from "../../../termmine/review/assets/review/listfile.mjs";
import { TermList } from "../../../termmine/review/assets/review/list.mjs";
import { Decisions } from "../../../termmine/review/assets/review/decisions.mjs";

function decided(data, changes) {
  const list = new TermList(data);
  const decisions = new Decisions(list.base);
  decisions.apply(changes, "step");
  return [list, decisions];
}

const FUNCTIONS = {
  guard,
  unguard,
  verdictOf: (data, text) => verdictOf(new TermList(data), text),
  table: (text, delimiter) => parseTable(text, delimiter).map(({ cells }) => cells),
  saved: (data, changes, form) => writeList(...decided(data, changes), form),
  opened: (data, text) => {
    const [list, decisions] = decided(data, []);
    return readOnto(list, decisions, text);
  },
  marked: (data, row) => new TermList(data).examples(row).map(({ text, begin, end }) => text.slice(begin, end)),
};

const questions = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(questions.map(([name, args]) => FUNCTIONS[name](...args))));
