import assert from "node:assert/strict";
import { test } from "node:test";

import { Decisions, FIELDS } from "../../../termmine/review/assets/review/decisions.mjs";
import { chance, pick } from "./support.mjs";

const base = (n) => Object.fromEntries(FIELDS.map((field) => [field, Array(n).fill("")]));
const state = (decisions, n) => FIELDS.map((field) => [...Array(n).keys()].map((row) => decisions.get(field, row)));

test("undo and redo lead through the very states that were", () => {
  const random = chance(1);
  for (let run = 0; run < 300; run += 1) {
    const n = 1 + Math.floor(random() * 4);
    const decisions = new Decisions(base(n));
    let [past, at] = [[state(decisions, n)], 0]; // the slow twin: every state is kept whole
    for (let i = 0; i < 30; i += 1) {
      const act = pick(random, ["apply", "apply", "apply", "undo", "redo"]);
      if (act === "undo") {
        assert.equal(decisions.undo() !== null, at > 0);
        at = Math.max(at - 1, 0);
      } else if (act === "redo") {
        assert.equal(decisions.redo() !== null, at < past.length - 1);
        at = Math.min(at + 1, past.length - 1);
      } else {
        const changes = Array.from({ length: Math.floor(random() * 4) }, () => {
          const field = pick(random, FIELDS);
          const value = pick(random, field === "verdict" ? ["y", "n", ""] : ["", "a", "b"]);
          return { row: Math.floor(random() * n), field, value };
        });
        const wanted = past[at].map((values) => values.slice());
        let differs = false;
        for (const { row, field, value } of changes) {
          differs ||= wanted[FIELDS.indexOf(field)][row] !== value;
          wanted[FIELDS.indexOf(field)][row] = value;
        }
        assert.equal(decisions.apply(changes, "step") !== null, differs);
        if (differs) {
          past = [...past.slice(0, at + 1), wanted];
          at += 1;
        }
      }
      const now = state(decisions, n);
      assert.deepEqual(now, past[at]);
      assert.equal(decisions.steps.length, at);
      assert.equal(decisions.undone, past.length - 1 - at);
      const tally = { y: 0, n: 0, "": 0 };
      for (const verdict of now[0]) tally[verdict] += 1;
      assert.deepEqual(decisions.counts, tally);
    }
  }
});

test("what is typed in one go is one step, and another field or a pause begins a new one", () => {
  const decisions = new Decisions(base(2));
  const write = (row, field, value) => decisions.apply([{ row, field, value }], field, {}, true);
  write(0, "note", "变");
  write(0, "note", "变压");
  write(0, "translation", "t");
  write(0, "note", "变压器");
  decisions.close();
  write(0, "note", "变压器!");
  assert.equal(decisions.steps.length, 4);
  decisions.undo();
  assert.equal(decisions.get("note", 0), "变压器");
  decisions.undo();
  assert.equal(decisions.get("note", 0), "变压");
  write(0, "note", "x");
  assert.equal(decisions.steps.length, 3);
  decisions.undo();
  decisions.undo();
  decisions.undo();
  assert.deepEqual(state(decisions, 2), [["", ""], ["", ""], ["", ""]]);
});

test("edits are what differs from the list as it came", () => {
  const decisions = new Decisions({ verdict: ["y", "", "n"], translation: ["a", "", ""], note: ["", "", ""] });
  assert.deepEqual(decisions.edits(), {});
  decisions.apply([{ row: 0, field: "verdict", value: "" }, { row: 2, field: "note", value: "b" }], "step");
  assert.deepEqual(decisions.edits(), { 0: ["", "a", ""], 2: ["n", "", "b"] });
  decisions.undo();
  assert.deepEqual(decisions.edits(), {});
});
