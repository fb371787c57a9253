// The floor's grid over the video: its lines are where the camera sees the floor.

import assert from "node:assert/strict";
import { test } from "node:test";
import { floorLines, horizon } from "../../../webapp/static/js/video/floor-grid.js";

const LEVEL = {
  extrinsics: {
    R: [
      [1, 0, 0],
      [0, -1, 0],
      [0, 0, -1],
    ],
    t: [0, 1.5, 0],
  },
  up: "+y",
  fx: 1000,
  fy: 1000,
  cx: 640,
  cy: 360,
  image_size: [1280, 720],
};

/** Looking down by `degrees`. */
function tilted(degrees) {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const R = [
    [1, 0, 0],
    [0, -c, s],
    [0, -s, -c],
  ];
  return { ...LEVEL, extrinsics: { R, t: R.map((row) => -1.5 * row[1]) } };
}

function seen({ extrinsics: { R, t }, fx, fy, cx, cy }, point) {
  const [x, y, z] = R.map((row, i) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2] + t[i]);
  return [(fx * x) / z + cx, (fy * y) / z + cy];
}

const near = (a, b, tolerance = 1e-6) => assert.ok(Math.abs(a - b) < tolerance, `${a} is not ${b}`);

for (const degrees of [0, 12, 60])
  test(`lines are projected as the camera says, at ${degrees} degrees`, () => {
    const camera = tilted(degrees);
    const lines = floorLines(camera, 0.2);
    assert.ok(lines.length > 10);
    for (const { world, image } of lines)
      for (const end of [0, 1]) {
        near(world[end][1], 0.2);
        const [u, v] = seen(camera, world[end]);
        near(image[end][0], u);
        near(image[end][1], v);
      }
  });

test("the floor is below the horizon, and lines behind the camera are not drawn", () => {
  const [[, left], [, right]] = horizon(LEVEL);
  near(left, 360);
  near(right, 360);
  for (const { world, image } of floorLines(LEVEL)) {
    for (const [, v] of image) assert.ok(v > 360);
    for (const [, , z] of world) assert.ok(z < 0);
  }
});

test("the horizon follows tilt and roll", () => {
  near(horizon(tilted(10))[0][1], 360 - 1000 * Math.tan((10 * Math.PI) / 180));
  assert.equal(horizon(tilted(90)), null);
});

test("a world whose y points down has its floor at minus the height", () => {
  const camera = { ...LEVEL, up: "-y" };
  for (const { world } of floorLines(camera, 0.5)) for (const place of world) near(place[1], -0.5);
});

test("every fifth line of the world is strong", () => {
  const strong = floorLines(LEVEL).filter(({ strong: is }) => is);
  for (const { world } of strong)
    assert.ok([0, 2].some((axis) => world[0][axis] === world[1][axis] && world[0][axis] % 5 === 0));
});
