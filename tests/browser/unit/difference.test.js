// How two backends differ, in words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { differenceWords, speedWords } from "../../../webapp/static/js/difference.js";

test("the faster one is named, with what it saves", () => {
  assert.equal(
    speedWords({ infer: 27, decode: 1 }, { infer: 44, decode: 1 }),
    "A is 1.6 times as fast: 17.0 ms less for a frame.",
  );
  assert.equal(speedWords({ infer: 440 }, { infer: 20 }), "B is 22 times as fast: 420 ms less for a frame.");
});

test("a difference within the noise is none", () => {
  assert.equal(speedWords({ infer: 30 }, { infer: 30.5 }), "Both take the same time.");
});

test("nothing is said of what was not timed", () => {
  assert.equal(speedWords({}, { infer: 30 }), "");
});

test("distances, similarity and people", () => {
  assert.equal(
    differenceWords({ px: 2.14, mm: 12.6, oks: 0.99, people: 1 }),
    "B differs from A by 2.1 px · 13 mm, OKS 0.990, people 100 %.",
  );
  assert.equal(
    differenceWords({ px: 0.4, mm: 7.77, oks: 1, people: 0.9996 }),
    "B differs from A by 0.4 px · 7.8 mm, OKS 1.000, people 99.9 %.",
  );
});

test("what is missing is left out, and never a number", () => {
  assert.equal(differenceWords({ px: 2, mm: null, oks: 0.9, people: null }), "B differs from A by 2.0 px, OKS 0.900.");
  assert.equal(differenceWords({ px: null, mm: null, oks: null, people: 0 }), "B finds none of A’s people.");
  assert.equal(differenceWords({ px: null, mm: null, oks: null, people: null }), "Nobody has been found by both yet.");
  assert.equal(differenceWords(null), "Nobody has been found by both yet.");
});
