// Which cameras of a rig are missing, and the sentence about each.

import assert from "node:assert/strict";
import { test } from "node:test";

import { missingOf } from "../../../webapp/static/js/missing.js";

const camera = (name, missing_s, problem = null) => ({ name, missing_s, problem });

test("a camera is missing once it has been silent for a second", () => {
  const told = missingOf([camera("left", null), camera("right", 0.4, "late"), camera("back", 12.4, "cannot connect")]);
  assert.deepEqual([...told], [["back", "missing for 12 s: cannot connect"]]);
  assert.equal(missingOf(undefined).size, 0);
});

test("long times are in minutes and hours", () => {
  const [left, right] = missingOf([camera("left", 185), camera("right", 7300)]).values();
  assert.equal(left, "missing for 3 min");
  assert.equal(right, "missing for 2 h");
});
