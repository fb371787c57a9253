import assert from "node:assert/strict";
import { test } from "node:test";
import {
  before,
  changedSince,
  merged,
  named,
  peopleOf,
  removed,
  separated,
} from "../../../webapp/static/js/recordings/who.js";

const EDITS = { trim_s: null, merged: [], deleted: [], names: {} };
const PEOPLE = [
  { id: 1, first: 0, last: 9, name: null },
  { id: 4, first: 0, last: 2, name: null },
  { id: 9, first: 5, last: 8, name: "Bo" },
];
const entry = (edits = {}) => ({ title: null, notes: "", people: PEOPLE, edits: { ...EDITS, ...edits } });

test("people are those that were recorded, under the edits", () => {
  assert.deepEqual(peopleOf(entry({ merged: [[4, 9]], deleted: [1], names: { 4: "Ada" } })), [
    { id: 1, parts: [1], name: "", first: 0, last: 9, gone: true },
    { id: 4, parts: [4, 9], name: "Ada", first: 0, last: 8, gone: false },
  ]);
});

test("of merged people the first one is kept, with a name that any of them has", () => {
  assert.deepEqual(merged(entry(), [9, 4]), { merged: [[4, 9]], names: { 4: "Bo" } });
  const more = merged(entry({ merged: [[4, 9]], names: { 4: "Ada" } }), [1, 4]);
  assert.deepEqual(more, { merged: [[1, 4, 9]], names: { 1: "Ada" } });
  assert.deepEqual(merged(entry({ deleted: [9] }), [4, 9]).deleted, []);
});

test("what a change overwrites takes it back, unless it was changed again", () => {
  const start = entry({ names: { 1: "Cy" } });
  const change = named(start, 4, "Ada");
  assert.deepEqual(change, { names: { 1: "Cy", 4: "Ada" } });
  assert.deepEqual(before(start, change), { names: { 1: "Cy" } });
  const after = entry({ names: change.names });
  assert.equal(changedSince(change, after, entry({ names: change.names, deleted: [1] })), false);
  assert.equal(changedSince(change, after, entry({ names: { 4: "Eve" } })), true);
});

test("somebody is left out, and a group is taken apart", () => {
  assert.deepEqual(removed(entry({ deleted: [1] }), 4), { deleted: [1, 4] });
  assert.deepEqual(separated(entry({ merged: [[4, 9]] }), 4), { merged: [] });
});
