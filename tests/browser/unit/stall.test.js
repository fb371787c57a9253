// The message while the view is not live.

import assert from "node:assert/strict";
import { test } from "node:test";
import { stallReason } from "../../../webapp/static/js/stall.js";

const running = { status: "running", stats: { problem: null } };
const live = { lost: null, state: running, silence: 40 };

test("no message while scenes arrive", () => {
  assert.equal(stallReason(live), null);
});

test("a lost connection matters most, and a refused one says what to do", () => {
  const state = { ...running, stats: { problem: "the camera is gone" } };
  assert.match(stallReason({ ...live, state, lost: "" }), /connection lost/);
  assert.match(stallReason({ ...live, lost: "401 unauthorised" }), /requires a token/);
});

test("the server's own reason is shown, running or starting", () => {
  const stats = { problem: "openvino on CPU has not answered for 30 s" };
  for (const status of ["running", "starting"]) {
    assert.equal(stallReason({ ...live, state: { status, stats } }), stats.problem);
  }
});

test("no new scene for five seconds is a stall, whatever the cause", () => {
  assert.equal(stallReason({ ...live, silence: 4900 }), null);
  assert.match(stallReason({ ...live, silence: 5100 }), /no new data/);
});

test("no message if no scenes are expected, or none has arrived yet", () => {
  assert.equal(stallReason({ ...live, state: { ...running, status: "paused" }, silence: 60000 }), null);
  assert.equal(stallReason({ ...live, silence: Infinity }), null);
  assert.equal(stallReason({ ...live, state: null, silence: Infinity }), null);
});
