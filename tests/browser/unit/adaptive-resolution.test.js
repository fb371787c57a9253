// How many pixels are drawn on displays and machines of different speed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAdaptiveResolution } from "../../../webapp/static/js/scene/adaptive-resolution.js";

globalThis.devicePixelRatio = 2;

/** The adaptive resolution of a simulated display: `draw(seconds, step)` draws, `ratio()` is the pixel ratio. */
function start(software = false) {
  let ratio = null;
  const resolution = createAdaptiveResolution(
    {
      setPixelRatio: (value) => {
        ratio = value;
      },
    },
    software,
  );
  return {
    resolution,
    ratio: () => ratio,
    draw(seconds, step) {
      for (let t = 0; t < seconds; t += step) resolution.observe(step);
    },
  };
}

test("slow drawing gets fewer pixels, and the original number when it is fast again", () => {
  const { draw, ratio } = start();
  draw(10, 1 / 60);
  assert.equal(ratio(), 2);
  draw(5, 0.08);
  assert.ok(ratio() < 1.5);
  draw(300, 1 / 60);
  assert.equal(ratio(), 2);
});

test("a display of 30 Hz gets its pixels back after a slow moment", () => {
  const { draw, ratio } = start();
  draw(60, 1 / 30);
  draw(3, 0.08);
  assert.ok(ratio() < 2);
  draw(120, 1 / 30);
  assert.equal(ratio(), 2);
});

test("a hidden page does not count as slow", () => {
  const { draw, ratio, resolution } = start();
  for (let i = 0; i < 60; i++) {
    draw(0.5, 1 / 60);
    resolution.observe(40);
  }
  assert.equal(ratio(), 2);
});

test("a machine that takes a third of a second for each frame is slow", () => {
  const { draw, ratio } = start();
  draw(20, 0.33);
  assert.ok(ratio() < 1.3);
});

test("a machine on the edge does not oscillate", () => {
  const { draw, ratio } = start();
  let changes = 0;
  for (let second = 0; second < 600; second++) {
    const before = ratio();
    draw(1, before > 1.5 ? 0.055 : 0.034);
    if (ratio() !== before) changes += 1;
  }
  assert.ok(changes < 40, `${changes} changes in ten minutes`);
});

test("drawing in software keeps its low resolution", () => {
  const { draw, ratio } = start(true);
  draw(120, 1 / 21);
  assert.equal(ratio(), 1.2);
});

test("without adaptation the full resolution is used, however slow", () => {
  const { draw, ratio, resolution } = start();
  resolution.setAdaptive(false);
  draw(10, 0.1);
  assert.equal(ratio(), 2);
});
