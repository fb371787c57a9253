import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compose,
  displayFromWorld,
  identity,
  transformPoint,
  UP_AXES,
  worldFromCamera,
} from "../../../webapp/static/js/transform.js";

const near = (actual, expected) =>
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i] - value) < 1e-9, `${actual} is not ${expected}`));

const determinant = (m) =>
  m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);

// The reference's camera: 1.52 m above the floor of a world whose y points down.
const REFERENCE = {
  R: [
    [0.1656794936, 0.0336560618, -0.9856051821],
    [-0.09224101321, 0.9955650135, 0.01849052095],
    [0.9818563545, 0.08784972047, 0.1680491765],
  ],
  t: [0.1776193366, 1.26741365, 2.863860507],
};

test("every up axis ends on +y, without mirroring", () => {
  for (const up of UP_AXES) {
    const axis = ["x", "y", "z"].map((name) => (name === up[1] ? (up[0] === "+" ? 1 : -1) : 0));
    near(transformPoint(displayFromWorld(up), axis), [0, 1, 0]);
    assert.equal(Math.round(determinant(displayFromWorld(up))), 1, `${up} mirrors`);
  }
});

test("a point on a raised floor is shown at height 0", () => {
  near(transformPoint(displayFromWorld("+z", 0.25), [1, 2, 0.25]), [1, 0, -2]);
});

test("the reference's camera stands 1.52 m above its floor", () => {
  const place = transformPoint(compose(displayFromWorld("-y"), worldFromCamera(REFERENCE)), [0, 0, 0]);
  assert.ok(Math.abs(place[1] - 1.52) < 0.01, `height is ${place[1]}`);
});

test("camera_from_world undoes world_from_camera", () => {
  const point = [0.3, -0.2, 3.4];
  const world = transformPoint(worldFromCamera(REFERENCE), point);
  near(
    REFERENCE.R.map((row, i) => row[0] * world[0] + row[1] * world[1] + row[2] * world[2] + REFERENCE.t[i]),
    point,
  );
});

test("composing with the identity changes nothing", () => {
  const transform = worldFromCamera(REFERENCE);
  near([...compose(identity(), transform)], [...transform]);
});
