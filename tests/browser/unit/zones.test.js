// Corners as text, and what is inside of a zone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cornersOf, textOf } from "../../../webapp/static/js/events/corners.js";
import { isInside } from "../../../webapp/static/js/events/polygon.js";

test("corners come back from their text", () => {
  const corners = [
    [-1.5, -3],
    [0.25, -3.75],
    [0, 2],
  ];
  assert.deepEqual(cornersOf(textOf(corners)), corners);
});

test("corners are read as people write them", () => {
  assert.deepEqual(cornersOf(" 1,2 \n\n-3.5 ; .5\n+4 5."), [
    [1, 2],
    [-3.5, 0.5],
    [4, 5],
  ]);
  assert.deepEqual(cornersOf(""), []);
});

test("what is no corner is not read", () => {
  for (const text of ["1", "1 2 3", "a b", "1e9 2", "NaN 2", "1,2\nx"]) assert.equal(cornersOf(text), null, text);
});

test("a point is inside of a zone or not, whatever its shape", () => {
  const notched = [
    [0, 0],
    [4, 0],
    [4, 4],
    [2, 1],
    [0, 4],
  ];
  assert.equal(isInside([1, 1], notched), true);
  assert.equal(isInside([2, 2], notched), false);
  assert.equal(isInside([5, 1], notched), false);
  assert.equal(isInside([1, 1], notched.toReversed()), true);
});
