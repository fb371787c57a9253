// ID labels that never overlap.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createTagLayout } from "../../../webapp/static/js/scene/tag-layout.js";

const HEIGHT = 20;

/** Lifts of labels [x, y, width, depth]. */
function arrange(labels) {
  const layout = createTagLayout(32);
  labels.forEach(([x, y, width, depth], i) => set(layout, i, x, y, width, depth));
  layout.arrange(HEIGHT);
  return [...layout.lift.slice(0, labels.length)];
}

function set(layout, i, x, y, width, depth) {
  layout.x[i] = x;
  layout.y[i] = y;
  layout.width[i] = width;
  layout.depth[i] = depth;
}

test("labels that do not touch stay where they are", () => {
  assert.deepEqual(
    arrange([
      [100, 100, 30, 4],
      [200, 100, 30, 3],
      [100, 200, 30, 2],
    ]),
    [0, 0, 0],
  );
});

test("the nearest person's label stays, the other moves above it", () => {
  const [far, near] = arrange([
    [105, 102, 30, 5],
    [100, 100, 30, 3],
  ]);
  assert.equal(near, 0);
  assert.ok(102 - far <= 100 - HEIGHT);
});

test("no two of any crowd overlap, whatever the order", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  for (let round = 0; round < 300; round++) {
    const labels = Array.from({ length: 20 }, () => [300 * random(), 90 * random(), 20 + 30 * random(), 5 * random()]);
    const lifts = arrange(labels);
    const shown = labels.map(([x, y, width], i) => ({ x, y: y - lifts[i], width })).filter(({ y }) => !Number.isNaN(y));
    shown.forEach((a, i) => {
      for (const b of shown.slice(i + 1)) {
        const apart = Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= HEIGHT;
        assert.ok(apart, `${JSON.stringify([a, b])}`);
      }
    });
  }
});

test("a label that finds no place near its head is left out", () => {
  const lifts = arrange(Array.from({ length: 9 }, (_, i) => [100, 100, 30, i]));
  assert.ok(lifts.slice(0, 4).every((lift) => lift >= 0));
  assert.ok(Number.isNaN(lifts[8]));
});
