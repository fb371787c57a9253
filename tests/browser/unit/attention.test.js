import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { createAttention } from "../../../webapp/static/js/source/attention.js";

function watched() {
  mock.timers.enable({ apis: ["setTimeout"] });
  const seen = [];
  const attention = createAttention({
    open: () => {
      seen.push("open");
      return true;
    },
    close: () => seen.push("close"),
  });
  return { attention, seen, pass: (ms) => mock.timers.tick(ms), end: () => mock.timers.reset() };
}

test("a source that cannot be opened opens the sheet once, and it closes when there is one", () => {
  const { attention, seen, pass, end } = watched();
  for (let i = 0; i < 3; i++) attention.update("there is no camera 0", true);
  pass(0);
  assert.deepEqual(seen, ["open"]);
  attention.update(null, true);
  assert.deepEqual(seen, ["open", "close"]);
  end();
});

test("a short break does not open it, and seconds make no new problem", () => {
  const { attention, seen, pass, end } = watched();
  attention.update("camera 0: no picture for 6 s", true);
  pass(2000);
  attention.update(null, true);
  pass(9000);
  assert.deepEqual(seen, []);
  for (const seconds of [6, 7, 8, 9, 10]) {
    attention.update(`camera 0: no picture for ${seconds} s`, true);
    pass(1000);
  }
  assert.deepEqual(seen, ["open"]);
  end();
});

test("one that is in use, or was closed, stays as its visitor left it", () => {
  const { attention, seen, pass, end } = watched();
  attention.update("there is no camera 0", true);
  pass(0);
  attention.dismissed();
  attention.update(null, true);
  attention.update("the recording was deleted", false);
  pass(0);
  assert.deepEqual(seen, ["open"], "a viewer may choose nothing");
  end();
});
