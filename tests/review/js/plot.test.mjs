import assert from "node:assert/strict";
import { test } from "node:test";

import { named, nearest } from "../../../termmine/review/assets/shared/nearest.mjs";
import { chance } from "./support.mjs";

test("the nearest point is that of a slow search, and none where all are too far", () => {
  const random = chance(5);
  for (let run = 0; run < 2000; run += 1) {
    const points = Array.from({ length: Math.floor(random() * 8) }, () => ({ x: Math.floor(random() * 30), y: Math.floor(random() * 30) }));
    const [x, y] = [Math.floor(random() * 30), Math.floor(random() * 30)];
    const away = points.map((point) => Math.hypot(point.x - x, point.y - y));
    const least = Math.min(...away);
    assert.equal(nearest(points, x, y, 10), least <= 10 ? away.indexOf(least) : -1);
  }
});

test("a name is found whole, by its beginning, or by a part", () => {
  const points = ["主变压器", "变压器油", "变压器", "GPU"].map((name) => ({ name }));
  assert.deepEqual(["变压器", "变压", "压器油", "gpu", "没有", " "].map((text) => named(points, text)), [2, 1, 1, 3, -1, -1]);
});
