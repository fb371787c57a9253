// How many pixels are drawn on displays and machines of different speed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createGovernor } from "../../../webapp/static/js/scene/governor.js";

globalThis.devicePixelRatio = 2;

/** A governor on a display of our own: `draw(seconds, step)` draws for so long; `ratio()` is what it has chosen. */
function start(software = false) {
  let ratio = null;
  const governor = createGovernor(
    {
      setPixelRatio: (value) => {
        ratio = value;
      },
    },
    software,
  );
  return {
    governor,
    ratio: () => ratio,
    draw(seconds, step) {
      for (let t = 0; t < seconds; t += step) governor.observe(step);
    },
  };
}

test("slow drawing gets fewer pixels, and as many as before when there is time again", () => {
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

test("a hidden page is no slow machine", () => {
  const { draw, ratio, governor } = start();
  for (let i = 0; i < 60; i++) {
    draw(0.5, 1 / 60);
    governor.observe(40);
  }
  assert.equal(ratio(), 2);
});

test("a machine that takes a third of a second for each frame is slow", () => {
  const { draw, ratio } = start();
  draw(20, 0.33);
  assert.ok(ratio() < 1.3);
});

test("a machine on the edge does not go to and fro all the time", () => {
  const { draw, ratio } = start();
  let changes = 0;
  for (let second = 0; second < 600; second++) {
    const before = ratio();
    draw(1, before > 1.5 ? 0.055 : 0.034);
    if (ratio() !== before) changes += 1;
  }
  assert.ok(changes < 40, `${changes} changes in ten minutes`);
});

test("drawing in software stays at its few pixels", () => {
  const { draw, ratio } = start(true);
  draw(120, 1 / 21);
  assert.equal(ratio(), 1.2);
});

test("who wants the display's own pixels has them, however slow", () => {
  const { draw, ratio, governor } = start();
  governor.setAdaptive(false);
  draw(10, 0.1);
  assert.equal(ratio(), 2);
});
