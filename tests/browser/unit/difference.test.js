// The description of how two backends differ.

import assert from "node:assert/strict";
import { test } from "node:test";

import { describeDifference, describeSpeed } from "../../../webapp/static/js/difference.js";

test("the faster one is named, with what it saves", () => {
  assert.equal(
    describeSpeed({ infer: 27, decode: 1 }, { infer: 44, decode: 1 }),
    "A is 1.6 times as fast: 17.0 ms less per frame.",
  );
  assert.equal(describeSpeed({ infer: 440 }, { infer: 20 }), "B is 22 times as fast: 420 ms less per frame.");
});

test("a difference within the noise is none", () => {
  assert.equal(describeSpeed({ infer: 30 }, { infer: 30.5 }), "Both take the same time.");
});

test("nothing is said of what was not timed", () => {
  assert.equal(describeSpeed({}, { infer: 30 }), "");
});

test("distances, similarity and people", () => {
  assert.equal(
    describeDifference({ px: 2.14, mm: 12.6, oks: 0.99, people: 1 }),
    "B differs from A by 2.1 px · 13 mm, OKS 0.990; it detects 100 % of A’s people.",
  );
  assert.equal(
    describeDifference({ px: 0.4, mm: 7.77, oks: 1, people: 0.9996 }),
    "B differs from A by 0.4 px · 7.8 mm, OKS 1.000; it detects 99.9 % of A’s people.",
  );
});

test("what is missing is left out, and never a number", () => {
  assert.equal(
    describeDifference({ px: 2, mm: null, oks: 0.9, people: null }),
    "B differs from A by 2.0 px, OKS 0.900.",
  );
  assert.equal(describeDifference({ px: null, mm: null, oks: null, people: 0 }), "B detects none of A’s people.");
  assert.equal(describeDifference({ px: null, mm: null, oks: null, people: null }), "No person detected by both yet.");
  assert.equal(describeDifference(null), "No person detected by both yet.");
});
