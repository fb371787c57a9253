import assert from "node:assert/strict";
import { test } from "node:test";

import { composed, placeOf } from "../../../webapp/static/js/send/output-address.js";

const OSC = { scheme: "osc", example: "osc://127.0.0.1:9000" };
const LSL = { scheme: "lsl", example: "lsl:posecast" };
const ALL = [OSC, LSL];

test("an example shows what is to be typed", () => {
  assert.equal(placeOf("osc://127.0.0.1:9000"), "127.0.0.1:9000");
  assert.equal(placeOf("lsl:posecast?slots=4"), "posecast");
  assert.equal(placeOf("mqtt://user:secret@host:1883/topic"), "user:secret@host:1883/topic");
});

test("an address is made of its parts", () => {
  assert.equal(composed(OSC, ALL, "h:1", []), "osc://h:1");
  assert.equal(composed(LSL, ALL, "lab", []), "lsl:lab");
  const values = [
    ["number", "slot", "id"],
    ["rate", "", ""],
    ["key", "a&b=c", ""],
    ["same", "x", "x"],
  ];
  assert.equal(composed(OSC, ALL, "h:1", values), "osc://h:1?number=slot&key=a%26b%3Dc");
  assert.equal(composed(OSC, ALL, "h:1?rate=5", [["number", "slot", "id"]]), "osc://h:1?rate=5&number=slot");
});

test("a whole address is taken as it is", () => {
  assert.equal(composed(OSC, ALL, "osc://h:1", []), "osc://h:1");
  assert.equal(composed(OSC, ALL, "LSL:lab", []), "LSL:lab");
  assert.equal(composed(OSC, ALL, "osc.example:1", []), "osc://osc.example:1");
});
