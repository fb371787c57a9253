// The estimate of the server's clock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { updateEstimate } from "../../../webapp/static/js/clock.js";

const after = (...readings) => readings.map(([offset, took]) => ({ offset, took })).reduce(updateEstimate, null);

test("the first reading is the estimate, however slow", () => {
  assert.deepEqual(after([5, 800]), { offset: 5, took: 800 });
});

test("a slow reading does not replace a quick one", () => {
  assert.equal(after([5, 10], [5.05, 100]).offset, 5);
});

test("readings about as quick follow a clock that drifts", () => {
  assert.equal(after([5, 10], [5.004, 15]).offset, 5.004);
});

test("a clock that was set is followed, even if the connection has become slow", () => {
  assert.deepEqual(after([5, 10], [-3595, 300]), { offset: -3595, took: 300 });
  assert.equal(after([5, 10], [-3595, 300], [-3595.1, 250]).offset, -3595.1);
});
