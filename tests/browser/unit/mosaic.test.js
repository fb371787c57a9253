import assert from "node:assert/strict";
import { test } from "node:test";

import { partOf, pictured } from "../../../webapp/static/js/video/mosaic.js";

const keypoints = (x, y) => [[x, y, 0.9], null];

test("a scene of one camera is drawn as it is", () => {
  const people = [{ id: 1, keypoints_2d: keypoints(10, 20) }];
  assert.deepEqual(pictured({ image_size: [640, 480], people }), { size: [640, 480], people });
});

test("people of a rig are drawn once for each camera, where its picture is", () => {
  const scene = {
    image_size: [1280, 720],
    mosaic_size: [1920, 540],
    cameras: {
      left: { image_size: [1280, 720], tile: [0, 0, 960, 540] },
      right: { image_size: [1280, 720], tile: [960, 0, 960, 540] },
    },
    people: [
      {
        id: 3,
        keypoints_2d: keypoints(640, 360),
        views: { left: { keypoints_2d: keypoints(640, 360) }, right: { keypoints_2d: keypoints(0, 720) } },
      },
    ],
  };
  const { size, people } = pictured(scene);
  assert.deepEqual(size, [1920, 540]);
  assert.deepEqual(
    people.map(({ id, camera, keypoints_2d }) => [id, camera, keypoints_2d]),
    [
      [3, "left", [[480, 270, 0.9], null]],
      [3, "right", [[960, 540, 0.9], null]],
    ],
  );
});

test("the part of one camera is its tile, as shares of the mosaic", () => {
  const cameras = { left: { tile: [0, 0, 960, 540] }, right: { tile: [960, 0, 960, 540] } };
  const scene = { mosaic_size: [1920, 540], cameras };
  assert.deepEqual(partOf(scene, "right"), { shares: [0.5, 0, 0.5, 1], isFirst: false });
  assert.equal(partOf(scene, "left").isFirst, true);
  assert.deepEqual(partOf(scene, null).shares, [0, 0, 1, 1]);
  assert.equal(partOf({ image_size: [640, 480] }, "left"), null);
});
