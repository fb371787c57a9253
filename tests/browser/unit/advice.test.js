import assert from "node:assert/strict";
import { test } from "node:test";

import { advise } from "../../../webapp/static/js/advice.js";
import { switchTitle } from "../../../webapp/static/js/switch-title.js";

const preset = (name, precision, expected_ms, measured = false) => ({
  name,
  settings: { precision },
  expected_ms,
  measured,
});
const PRESETS = [preset("fast", "int8", 31), preset("balanced", "int8", 60.4), preset("careful", "fp32", null)];

test("nothing is said before anything was measured", () => {
  assert.equal(advise({}, PRESETS, null), null);
  assert.equal(advise(undefined, PRESETS, null), null);
});

test("a slow network is told with what a faster preset would take", () => {
  const stages = { capture: 40, preprocess: 3, infer: 245, decode: 12 };
  assert.equal(
    advise(stages, PRESETS, null),
    "The network takes 245 of 260 ms a frame: Balanced (int8) would take about 60.",
  );
  const measured = [preset("fast", "int8", 31, true), preset("balanced", "int8", 200)];
  assert.equal(advise(stages, measured, null), "The network takes 245 of 260 ms a frame: Fast (int8) would take 31.");
  assert.match(advise(stages, [], "fast"), /No faster preset is known here\.$/);
});

test("what is expected follows the load of this moment", () => {
  const presets = [preset("fast", "int8", 50), preset("balanced", "int8", 100, true)];
  assert.match(advise({ infer: 200, decode: 5 }, presets, "balanced"), /Fast \(int8\) would take about 100\.$/);
});

test("where something else is slow, no preset is advised", () => {
  assert.equal(
    advise({ infer: 20, decode: 80 }, PRESETS, "balanced"),
    "The network takes 20 of 100 ms a frame: a faster preset would help little.",
  );
});

test("where there is time, more care is offered", () => {
  const presets = [preset("careful", "fp32", 30)];
  assert.equal(
    advise({ infer: 5.25, decode: 2 }, presets, "fast"),
    "The network takes 5.3 of 7.3 ms a frame: Careful (fp32) would take about 30, and finds people farther away.",
  );
  assert.equal(
    advise({ infer: 40, decode: 10 }, presets, "fast"),
    "The network takes 40 of 50 ms a frame, which allows 20 frames a second.",
  );
});

test("a switch is named by what it changes", () => {
  const backend = { name: "openvino", device: "CPU", precision: "fp32" };
  const title = (asked, more = {}) =>
    switchTitle({
      status: "running",
      backend,
      settings: { height_size: 256 },
      switching: { to: "openvino", step: "load", settings: asked, ...more },
    });
  assert.equal(title({ backend: "onnxruntime", device: "auto", precision: "auto" }), "Switching to ONNX Runtime");
  assert.equal(title({ backend: "openvino", device: "CPU", precision: "int8" }), "Switching to int8");
  assert.equal(title({ height_size: 184, precision: "int8" }), "Switching to int8 · height 184");
  assert.equal(title({ backend: "openvino", precision: "auto" }), "Loading the network");
  assert.equal(title({ backend: "onnxruntime" }, { step: "finish" }), "Almost done");
  assert.equal(title({}, { to: "onnxruntime" }), "Loading ONNX Runtime");
  assert.equal(title({}, { to: "recording:one" }), "Opening recording:one");
  assert.equal(title({}, { to: "/home/ada/rig.toml" }), "Opening rig.toml");
  assert.equal(title({}, { to: "http://camera/live" }), "Opening http://camera/live");
});
