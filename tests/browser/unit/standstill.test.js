// What is said where nothing is live.

import assert from "node:assert/strict";
import { test } from "node:test";
import { standstill } from "../../../webapp/static/js/standstill.js";

const running = { status: "running", stats: { problem: null } };
const live = { lost: null, state: running, silence: 40 };

test("nothing is said while scenes come", () => {
  assert.equal(standstill(live), null);
});

test("a lost connection matters most, and a refused one says what to do", () => {
  const state = { ...running, stats: { problem: "the camera is gone" } };
  assert.match(standstill({ ...live, state, lost: "" }), /connection is lost/);
  assert.match(standstill({ ...live, lost: "401 unauthorised" }), /wants a token/);
});

test("the server's own reason is told, running or starting", () => {
  const stats = { problem: "openvino on CPU has not answered for 30 s" };
  for (const status of ["running", "starting"]) {
    assert.equal(standstill({ ...live, state: { status, stats } }), stats.problem);
  }
});

test("people of five seconds ago are not live, whoever is to blame", () => {
  assert.equal(standstill({ ...live, silence: 4900 }), null);
  assert.match(standstill({ ...live, silence: 5100 }), /nothing new/);
});

test("where nothing is to come, or nothing has come yet, silence is no reason", () => {
  assert.equal(standstill({ ...live, state: { ...running, status: "paused" }, silence: 60000 }), null);
  assert.equal(standstill({ ...live, silence: Infinity }), null);
  assert.equal(standstill({ ...live, state: null, silence: Infinity }), null);
});
