// Pictures that wait for their scenes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createPicture } from "../../../webapp/static/js/video/picture.js";

/** A canvas that remembers what was drawn, and pictures that know whether they are closed. */
function play({ silence = 0 } = {}) {
  const drawn = [];
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({ drawImage: (bitmap) => drawn.push(bitmap.frame), fillRect() {} }),
  };
  const bitmaps = [];
  const picture = createPicture(canvas, { silence: () => silence });
  const add = (frame) => {
    const bitmap = {
      frame,
      width: 4,
      height: 3,
      open: true,
      close() {
        this.open = false;
      },
    };
    bitmaps.push(bitmap);
    picture.add({ frame, bitmap });
  };
  return { picture, add, drawn, open: () => bitmaps.filter((bitmap) => bitmap.open).map(({ frame }) => frame) };
}

test("the picture of the frame on show is drawn, older ones are passed over", () => {
  const { picture, add, drawn, open } = play();
  for (const frame of [1, 2, 3]) add(frame);
  assert.equal(picture.show(2, 0), true);
  assert.deepEqual([drawn, open()], [[2], [3]]);
  assert.equal(picture.show(2, 0), false);
});

test("without drawing, few pictures are kept open", () => {
  const { picture, add, drawn, open } = play();
  for (let frame = 0; frame < 100; frame++) add(frame);
  assert.ok(open().length <= 8, `${open().length} are open`);
  assert.equal(open().at(-1), 99);
  picture.show(98, 0);
  assert.deepEqual([drawn, open()], [[98], [99]]);
});

test("pictures far ahead of the scenes are shown all the same", () => {
  const { picture, add, drawn } = play();
  for (let frame = 10; frame < 30; frame++) {
    add(frame);
    picture.show(0, 0);
  }
  assert.deepEqual(drawn.slice(0, 3), [10, 11, 12]);
});

test("without scenes pictures are shown as they come", () => {
  const { picture, add, drawn } = play({ silence: 1000 });
  add(5);
  picture.show(-1, 0);
  assert.deepEqual(drawn, [5]);
});

test("a source that starts again leaves none of the old one waiting", () => {
  const { add, open } = play();
  for (const frame of [50, 51, 0]) add(frame);
  assert.deepEqual(open(), [0]);
});

test("the frame on show is known, and none where there is no picture", () => {
  const { picture, add } = play();
  assert.equal(picture.frame, null);
  add(4);
  picture.show(4, 0);
  assert.equal(picture.frame, 4);
  assert.equal(picture.blank([16, 9], "#000"), true);
  assert.deepEqual(
    [picture.frame, picture.blank([16, 9], "#000"), picture.blank([32, 18], "#000")],
    [null, false, false],
  );
});
