import assert from "node:assert/strict";
import { test } from "node:test";

import { FileError, csvLine, guard, parseTable, unguard } from "../../../termmine/review/assets/review/csv.mjs";
import { readOnto, verdictOf, writeList } from "../../../termmine/review/assets/review/listfile.mjs";
import { chance, decide, makeList, pick } from "./support.mjs";

const PARTS = ["变压器", "a", '"', ",", ";", "\t", "\n", "\r\n", "'", "=", " ", "<b>", "𠮷", "\u202e"];

function randomCell(random) {
  return Array.from({ length: Math.floor(random() * 4) }, () => pick(random, PARTS)).join("");
}

test("a cell comes back from CSV as it was", () => {
  const random = chance(2);
  for (let run = 0; run < 3000; run += 1) {
    const rows = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, i) => [`t${i}`, randomCell(random), randomCell(random)]);
    const text = rows.map((cells) => csvLine(cells.map(guard))).join("");
    assert.deepEqual(parseTable(text, ",").map(({ cells }) => cells), rows);
    for (const [, cell] of rows) assert.equal(unguard(guard(cell)), cell);
  }
});

test("rows know the lines that they begin on, whatever their cells hold", () => {
  assert.deepEqual(parseTable('a,b\r\n"1\n2",3\n\n4,5', ",").map(({ line }) => line), [1, 2, 5]);
  assert.deepEqual(parseTable("a;b\n1;2").map(({ cells }) => cells), [["a", "b"], ["1", "2"]]);
  assert.deepEqual(parseTable("a\tb\n1\t2,3").map(({ cells }) => cells), [["a", "b"], ["1", "2,3"]]);
});

const rows = [
  { term: "变压器", score: "2.5000", freq: "31", known: "true", 部门: "一次" },
  { term: "GPU 加速", score: "", freq: "", known: "", 部门: "" },
  { term: '=1+1,"', score: "0.0000", freq: "2", known: "false", 部门: "a\nb" },
];

for (const form of ["csv", "jsonl"]) {
  test(`a saved list (${form}) brings every decision back, and changes nothing twice`, () => {
    const random = chance(form.length);
    for (let run = 0; run < 300; run += 1) {
      const [list, other] = [makeList(rows, { form }), makeList(rows, { form })];
      const decisions = decide(list);
      for (let row = 0; row < list.n; row += 1) {
        const values = { verdict: pick(random, ["y", "n", ""]), translation: randomCell(random), note: randomCell(random) };
        decisions.apply(Object.entries(values).map(([field, value]) => ({ row, field, value })), "step");
      }
      const saved = writeList(list, decisions, form);
      const fresh = decide(other);
      const found = readOnto(other, fresh, saved);
      fresh.apply(found.changes, "opened");
      assert.deepEqual({ n: found.n, there: found.there, conflicts: found.conflicts }, { n: 3, there: 3, conflicts: 0 });
      assert.equal(writeList(other, fresh, form), saved);
      assert.deepEqual(readOnto(other, fresh, saved).changes, []);
    }
  });
}

test("figures are written as they came", () => {
  const list = makeList(rows, { form: "jsonl" });
  const [first, second] = writeList(list, decide(list), "jsonl").split("\n");
  const end = '"verdict": "", "translation": "", "note": ""}';
  assert.equal(first, `{"term": "变压器", "score": 2.5, "freq": 31, "known": true, "部门": "一次", ${end}`);
  assert.equal(second, `{"term": "GPU 加速", "score": null, "freq": null, "known": null, "部门": "", ${end}`);
});

test("an empty cell says nothing, and a verdict turned round is counted", () => {
  const list = makeList([{ term: "甲" }, { term: "乙" }, { term: "丙" }]);
  const decisions = decide(list);
  decisions.apply([0, 1].map((row) => ({ row, field: "verdict", value: "y" })), "step");
  const found = readOnto(list, decisions, "term,verdict\n甲,\n乙,n\n丙,是\n丁,y\n");
  assert.deepEqual(found.changes, [{ row: 1, field: "verdict", value: "n" }, { row: 2, field: "verdict", value: "y" }]);
  assert.deepEqual({ n: found.n, there: found.there, conflicts: found.conflicts }, { n: 4, there: 3, conflicts: 1 });
});

test("a term that stands there twice is taken in order", () => {
  const list = makeList([{ term: "甲" }, { term: "甲" }]);
  const found = readOnto(list, decide(list), "verdict,term\n,甲\nn,甲\n");
  assert.deepEqual(found.changes, [{ row: 1, field: "verdict", value: "n" }]);
});

const BAD = [
  ["", "bad_empty", undefined],
  ["词,verdict\n甲,y", "bad_no_term", undefined],
  ["term,freq\n甲,3", "bad_no_verdict", undefined],
  ["term,verdict\n甲,y\n乙,也许", "bad_verdict", 3],
  ['term,verdict\n"甲,y', "bad_quotes", 2],
  ["term,verdict\n甲,y,3", "bad_cells", 2],
  ['{"term": "甲", "verdict": "y"}\n{', "bad_json", 2],
];

for (const [text, key, line] of BAD) {
  test(`a bad file is one line and takes nothing: ${key}`, () => {
    const list = makeList([{ term: "甲" }, { term: "乙" }]);
    assert.throws(() => readOnto(list, decide(list), text), (error) => {
      assert.ok(error instanceof FileError);
      assert.equal(error.key, key);
      assert.equal(error.values.line, line);
      return true;
    });
  });
}

test("verdicts are understood as people write them", () => {
  const list = makeList([{ term: "甲" }]);
  const verdicts = (...cells) => cells.map((cell) => verdictOf(list, cell));
  assert.deepEqual(verdicts("Y", "是", " ｙ "), ["y", "y", "y"]);
  assert.deepEqual(verdicts("N", "否", " ", "待定", "也许"), ["n", "n", "", "", null]);
  const found = readOnto(list, decide(list), "术语,审定\n甲,是\n");
  assert.deepEqual(found.changes, [{ row: 0, field: "verdict", value: "y" }]);
});
