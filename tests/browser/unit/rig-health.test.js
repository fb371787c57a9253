// How well each camera of a rig agrees with the others.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createErrors } from "../../../webapp/static/js/panels/rig-health.js";

test("a camera's error is the mean over the people whom it sees", () => {
  const errors = createErrors();
  const see = (left, right) => ({ views: { left: { error_px: left }, right: { error_px: right } } });
  errors.add({ people: [see(4, 10), see(6, null), {}] });
  assert.equal(errors.mean("left"), 5);
  assert.equal(errors.mean("right"), 10);
  assert.equal(errors.mean("back"), null);
});
