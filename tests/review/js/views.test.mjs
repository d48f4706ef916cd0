import assert from "node:assert/strict";
import { test } from "node:test";

import { WHOLE, shownRows } from "../../../termmine/review/assets/review/filter.mjs";
import { actionOf } from "../../../termmine/review/assets/review/keys.mjs";
import { kwicLines, sortKwic } from "../../../termmine/review/assets/review/kwic.mjs";
import { located } from "../../../termmine/review/assets/review/list.mjs";
import { parseQuery } from "../../../termmine/review/assets/review/query.mjs";
import { keep, kept, openStorage } from "../../../termmine/review/assets/review/store.mjs";
import { SPARE, rowsInSight, scrollTo } from "../../../termmine/review/assets/review/virtual.mjs";
import { reasons } from "../../../termmine/review/assets/review/why.mjs";
import { WORDS, say } from "../../../termmine/review/assets/review/words.mjs";
import { chance, decide, makeList, pick } from "./support.mjs";

const rows = [
  { term: "电压", freq: "68", score: "9.5000", known: "true", group: "量" },
  { term: "电压互感器", freq: "5", score: "3.0000", known: "false", group: "设备" },
  { term: "SQL 语句", freq: "12", score: "", known: "false", group: "" },
  { term: "互感器", freq: "9", score: "4.0000", known: "true", group: "设备" },
];
const longer = [[1], [], [], [1]];

function terms(view, change = () => {}) {
  const list = makeList(rows, { longer });
  const decisions = decide(list);
  change(decisions);
  return shownRows(list, decisions, { ...WHOLE, ...view }).map((row) => list.term(row));
}

test("a search finds words, phrases and conditions on columns", () => {
  assert.deepEqual(terms({ search: "电压 -互感" }), ["电压"]);
  assert.deepEqual(terms({ search: "sql" }), ["SQL 语句"]);
  assert.deepEqual(terms({ search: '"ql 语"' }), ["SQL 语句"]);
  assert.deepEqual(terms({ search: "freq>=9 freq<68" }), ["SQL 语句", "互感器"]);
  assert.deepEqual(terms({ search: "score>0" }), ["电压", "电压互感器", "互感器"]);
  assert.deepEqual(terms({ search: "KNOWN:false" }), ["电压互感器", "SQL 语句"]);
  assert.deepEqual(terms({ search: 'group:"设备"' }), ["电压互感器", "互感器"]);
  assert.deepEqual(terms({ search: 'group="设备"' }), ["电压互感器", "互感器"]);
  assert.deepEqual(terms({ search: "group=设" }), []);
  assert.deepEqual(terms({ search: "-group:设备" }), ["电压", "SQL 语句"]);
  assert.deepEqual(terms({ search: "freq=12" }), ["SQL 语句"]);
  assert.deepEqual(terms({ search: "nothing:x" }), []);
  const write = (decisions) => decisions.apply([{ row: 3, field: "translation", value: "Transformer" }], "step");
  assert.deepEqual(terms({ search: "transf" }, write), ["互感器"]);
  assert.deepEqual(terms({ search: "translation:transf" }, write), ["互感器"]);
});

test("columns that hold numbers alone are figures, whoever made them", () => {
  const columns = { term: "1", probability: "0.5", 部门: "一次", 号: "", verdict: "1", 年: "2026" };
  const list = makeList([{ ...columns, verdict: "" }, { ...columns, probability: "", 年: "2027" }]);
  assert.deepEqual(list.figures, ["probability", "年"]);
  assert.deepEqual(shownRows(list, decide(list), { ...WHOLE, sort: "down:年" }), [1, 0]);
  assert.equal(list.share(1, "年"), 0.5);
});

test("any search is understood somehow, and words of the list find what a slow search finds", () => {
  const random = chance(3);
  const list = makeList(rows);
  const parts = ["电", "压", "互感", "-", " ", '"', ">", "freq", ":", "=", "9", "x"];
  for (let run = 0; run < 3000; run += 1) {
    const search = Array.from({ length: Math.floor(random() * 5) }, () => pick(random, parts)).join("");
    assert.ok(shownRows(list, decide(list), { ...WHOLE, search }).length <= rows.length, search);
    const words = search.split(" ").filter((word) => /^[电压互感x]+$/.test(word));
    if (words.join(" ") !== search) continue;
    const slow = rows.filter(({ term }) => words.every((word) => term.includes(word))).map(({ term }) => term);
    assert.deepEqual(terms({ search }), slow, search);
  }
  assert.deepEqual(parseQuery("", []), []);
});

test("states, parts and orders", () => {
  const judge = (decisions) => decisions.apply([{ row: 0, field: "verdict", value: "y" }, { row: 2, field: "verdict", value: "n" }], "step");
  assert.deepEqual(terms({ state: "open" }, judge), ["电压互感器", "互感器"]);
  assert.deepEqual(terms({ state: "y" }, judge), ["电压"]);
  assert.deepEqual(terms({ state: "n" }, judge), ["SQL 语句"]);
  assert.deepEqual(terms({ parts: "all" }), ["电压互感器", "SQL 语句"]);
  assert.deepEqual(terms({ parts: "accepted" }), rows.map(({ term }) => term));
  const accept = (decisions) => decisions.apply([{ row: 1, field: "verdict", value: "y" }], "step");
  assert.deepEqual(terms({ parts: "accepted" }, accept), ["电压互感器", "SQL 语句"]);
  assert.deepEqual(terms({ sort: "up:freq" }), ["电压互感器", "互感器", "SQL 语句", "电压"]);
  assert.deepEqual(terms({ sort: "down:score" }), ["电压", "互感器", "电压互感器", "SQL 语句"]);
  assert.deepEqual(terms({ sort: "up:score" }).at(-1), "SQL 语句");
  assert.equal(terms({ sort: "ending" }).filter((term) => term.endsWith("互感器")).length, 2);
  assert.deepEqual(terms({ sort: "term" }).slice().sort(), rows.map(({ term }) => term).slice().sort());
});

test("a concordance is sorted by the nearest neighbour on either side", () => {
  const sentence = (text) => ({ text, begin: text.indexOf("电压"), end: text.indexOf("电压") + 2, place: text });
  const lines = kwicLines(["把高电压加", "把低电压减", "，电压", "换高电压,比"].map(sentence));
  assert.deepEqual(sortKwic(lines, "right").map(({ right }) => right), ["", ",比", "加", "减"]);
  assert.deepEqual(sortKwic(lines, "left").map(({ left }) => left), ["，", "把低", "把高", "换高"]);
  assert.deepEqual(sortKwic(lines, "place"), lines);
  for (const { left, match, right, place } of lines) assert.equal(left + match + right, place);
});

test("a term is found in a sentence, blanks and case aside", () => {
  const at = (term, text) => text.slice(...Object.values(located(term, text)));
  assert.equal(at("SQL语句", "一条 sql 语句。"), "sql 语句");
  assert.equal(at("C++", "用 C++ 写"), "C++");
  assert.equal(at("没有", "这里"), "");
  for (const c of "\\^$.*+?()[]{}|/-!<>'\"=:,#&@%~`_") assert.equal(at(`甲${c}乙`, `这里${c}甲${c}乙`), `甲${c}乙`, c);
});

test("the rows in sight are drawn, and no more than a screen and its edges", () => {
  const random = chance(4);
  for (let run = 0; run < 3000; run += 1) {
    const [n, height, rowHeight] = [Math.floor(random() * 300), 1 + Math.floor(random() * 900), 20 + Math.floor(random() * 30)];
    const top = Math.floor(random() * Math.max(n * rowHeight - height, 0));
    const [begin, end] = rowsInSight(top, height, rowHeight, n);
    assert.ok(0 <= begin && begin <= end && end <= n);
    assert.ok(end - begin <= Math.ceil(height / rowHeight) + 1 + 2 * SPARE);
    for (let row = 0; row < n; row += 1) {
      const isInSight = row * rowHeight < top + height && (row + 1) * rowHeight > top;
      if (isInSight) assert.ok(begin <= row && row < end);
    }
    if (!n || height < rowHeight) continue;
    const row = Math.floor(random() * n);
    const scrolled = scrollTo(row, top, height, rowHeight, n);
    assert.ok(row * rowHeight >= scrolled && (row + 1) * rowHeight <= scrolled + height);
    assert.equal(scrollTo(row, scrolled, height, rowHeight, n), scrolled);
  }
});

test("keys decide, but letters are letters where somebody writes", () => {
  const key = (name, more = {}) => ({ key: name, code: "", keyCode: 0, ...more });
  assert.equal(actionOf(key("y"), false), "accept");
  assert.equal(actionOf(key("n"), false), "reject");
  assert.equal(actionOf(key(" "), false), "skip");
  assert.equal(actionOf(key("Process", { code: "KeyY", keyCode: 229 }), false), "accept");
  assert.equal(actionOf(key("Process", { code: "Space", keyCode: 229 }), false), "skip");
  assert.equal(actionOf(key("U", { shiftKey: true }), false), "redo");
  assert.equal(actionOf(key("z", { ctrlKey: true }), false), "undo");
  assert.equal(actionOf(key("z", { metaKey: true, shiftKey: true }), false), "redo");
  assert.equal(actionOf(key("s", { ctrlKey: true }), true), "save");
  assert.equal(actionOf(key("z", { ctrlKey: true }), true), null);
  for (const letter of ["y", "n", " ", "u", "t", "/"]) assert.equal(actionOf(key(letter), true), null);
  assert.equal(actionOf(key("Escape"), true), "leave");
  assert.equal(actionOf(key("Enter"), true), "leave");
  assert.equal(actionOf(key("Enter", { shiftKey: true }), true), null);
  assert.equal(actionOf(key("Enter", { isComposing: true }), true), null);
  assert.equal(actionOf(key("y", { altKey: true }), false), null);
});

test("a browser that keeps nothing, or too little, or nonsense, is no error", () => {
  const full = { setItem() { throw new Error("QuotaExceededError"); }, getItem: () => null, removeItem() {} };
  assert.equal(openStorage({ get localStorage() { throw new Error("SecurityError"); } }), null);
  assert.equal(openStorage({ localStorage: full }), null);
  assert.equal(keep(null, "id", {}, "now"), false);
  assert.equal(keep(full, "id", {}, "now"), false);
  assert.equal(kept(null, "id", 3, ["verdict"]), null);
  const held = new Map();
  const storage = { setItem: (k, v) => held.set(k, v), getItem: (k) => held.get(k) ?? null, removeItem: (k) => held.delete(k) };
  assert.equal(openStorage({ localStorage: storage }), storage);
  assert.equal(held.size, 0);
  assert.equal(keep(storage, "id", { 1: ["y", "a", ""], 7: ["n", "", ""], x: 3, 2: ["maybe", 4, "b"] }, "now"), true);
  const { time, changes } = kept(storage, "id", 3, ["verdict", "translation", "note"]);
  assert.equal(time, "now");
  assert.deepEqual(changes, [
    { row: 1, field: "verdict", value: "y" }, { row: 1, field: "translation", value: "a" }, { row: 1, field: "note", value: "" },
    { row: 2, field: "note", value: "b" },
  ]);
  assert.equal(kept(storage, "another", 3, ["verdict"]), null);
});

test("both languages have the same texts with the same places", () => {
  const places = (text) => (text.match(/\{\w+\}/g) ?? []).slice().sort();
  assert.deepEqual(Object.keys(WORDS.zh), Object.keys(WORDS.en));
  for (const key of Object.keys(WORDS.en)) assert.deepEqual(places(WORDS.zh[key]), places(WORDS.en[key]), key);
  assert.equal(say("en", "progress", { judged: 60, n: 20000 }), "60 of 20,000 judged");
  assert.throws(() => say("en", "no such text"));
});

test("the reasons say the list's figures", () => {
  const figures = { term: "甲", freq: "12", doc_freq: "5", background_freq: "3", log_ratio: "3.0000", cohesion: "2.0000", keyness: "15.5000", left_entropy: "1.0000", right_entropy: "2.0000", known: "true" };
  const kinds = (name) => (["term"].includes(name) ? "text" : name === "known" ? "truth" : "decimal");
  const list = makeList([figures], { columns: Object.keys(figures).map((name) => ({ name, heading: name, kind: kinds(name) })) });
  const said = reasons(list, 0, (key, values) => say("en", key, values));
  assert.deepEqual(said, [
    "Number 1 of 1 in the list.",
    "Occurs 12 times, in 5 documents.",
    "8 times as frequent here as in the background, where it occurs 3 times (log ratio 3 bits).",
    "Keyness 15.5: how surely that is not chance (above 10.83: p < 0.001).",
    "Cohesion 2 bits: its parts stand together 4 times as often as chance would put them.",
    "Its neighbours vary as among 2 equally frequent ones before it and 4 after it (entropy 1 and 2 bits).",
    "A word of jieba's dictionary.",
  ]);
  const bare = makeList([{ term: "甲" }]);
  assert.deepEqual(reasons(bare, 0, (key) => key), ["why_rank"]);
});
