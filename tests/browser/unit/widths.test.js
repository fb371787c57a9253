// Which width of pictures is requested, and when.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createDemand, WIDTHS, widthFor } from "../../../webapp/static/js/video/widths.js";

/** A demand whose timers run when they are told to. */
function play() {
  const told = [];
  const timers = new Map();
  let last = 0;
  const demand = createDemand((width) => told.push(width), {
    later(action, ms) {
      timers.set(++last, { action, ms });
      return last;
    },
    cancel: (id) => timers.delete(id),
  });
  const run = () => {
    for (const [id, { action }] of [...timers]) {
      timers.delete(id);
      action();
    }
  };
  return { demand, told, timers, run };
}

test("a panel gets the next width, and a little enlarging is no reason for more", () => {
  assert.deepEqual(
    [100, 300, 430, 520, 550, 700, 5000].map((css) => widthFor(css, 1)),
    [320, 320, 480, 480, 640, 640, 1920],
  );
});

test("a sharp screen gets more pixels, within reason", () => {
  assert.deepEqual(
    [1, 1.5, 2, 3].map((density) => widthFor(430, density)),
    [480, 640, 640, 640],
  );
});

test("what is not shown needs no pictures", () => {
  assert.deepEqual(
    [0, Number.NaN, -1].map((css) => widthFor(css, 1)),
    [null, null, null],
  );
  assert.ok(WIDTHS.every((width, i) => i === 0 || width > WIDTHS[i - 1]));
});

test("first pictures are requested at once, others when the change has lasted", () => {
  const { demand, told, timers, run } = play();
  demand.set("panel", 480);
  demand.set("3D view", 320);
  assert.deepEqual([told, timers.size], [[480], 0]);
  demand.set("panel", 960);
  assert.deepEqual([told, timers.size], [[480], 1]);
  demand.set("panel", 1280);
  assert.equal(timers.size, 1);
  run();
  assert.deepEqual(told, [480, 1280]);
  demand.set("panel", null);
  const [{ ms: shrinking }] = [...timers.values()];
  assert.ok(shrinking > 1000);
  demand.set("panel", 1280);
  assert.equal(timers.size, 0);
  demand.set("panel", null);
  run();
  assert.deepEqual(told, [480, 1280, 320]);
});

test("without any place the stream ends at once", () => {
  const { demand, told, timers } = play();
  demand.set("panel", 480);
  demand.set("panel", 960);
  demand.set("panel", null);
  assert.deepEqual([told, timers.size], [[480, null], 0]);
});
