// Live pictures that are kept for whom looks back: few, bounded, and shown with the scene of their own frame.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createLiveTape } from "../../../webapp/static/js/timeline/live-tape.js";
import { createRecentPictures } from "../../../webapp/static/js/timeline/recent-pictures.js";

const settle = () => new Promise((resolve) => setImmediate(resolve));

function start(size = 1000) {
  const tape = createLiveTape();
  const closed = [];
  const decode = async ({ frame }) => ({ frame, width: 4, height: 3, close: () => closed.push(frame) });
  const recent = createRecentPictures({ tape, decode });
  /** Ten scenes a second, each picture two frames after its scene. */
  const live = (from, to) => {
    for (let frame = from; frame < to; frame++) {
      tape.push({ frame, wall_time: frame / 10, people: [] });
      recent.add({ frame: frame - 2, blob: { size, frame: frame - 2 } }, 100 * frame);
    }
  };
  return { tape, recent, live, closed };
}

test("the nearest picture is shown, at the time of its own scene", async () => {
  const { recent, live, closed } = start();
  live(0, 100);
  const heard = [];
  recent.onFrame(() => heard.push(recent.element.frame));
  recent.follow(5);
  assert.equal(recent.shown, null, "not before it is decoded");
  await settle();
  assert.equal(recent.shown, recent.element.frame / 10);
  assert.ok(Math.abs(recent.shown - 5) <= 0.1);
  recent.follow(5.01);
  await settle();
  recent.follow(8);
  await settle();
  assert.equal(heard.length, 2);
  assert.deepEqual(closed, [heard[0]]);
  recent.onFrame(null);
  assert.deepEqual([recent.shown, closed.length], [null, 2]);
});

test("where none was kept, none is shown", async () => {
  const { recent, live } = start(1e6);
  live(0, 590);
  recent.follow(1);
  await settle();
  assert.equal(recent.shown, null, "24 MB are kept: here the last five seconds");
  recent.follow(57);
  await settle();
  assert.notEqual(recent.shown, null);
  recent.clear();
  recent.follow(57);
  await settle();
  assert.equal(recent.shown, null);
});
