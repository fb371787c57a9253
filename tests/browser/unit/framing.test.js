// What the presets show: all people with room to stand up, from their front, and when the view follows them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createCover } from "../../../webapp/static/js/scene/cover.js";
import { farthestOut, frameAll } from "../../../webapp/static/js/scene/framing.js";
import { createRefit } from "../../../webapp/static/js/scene/refit.js";
import { createSubjects, frontOf, gather } from "../../../webapp/static/js/scene/subjects.js";
import { PerspectiveCamera, Vector3 } from "../../../webapp/static/vendor/vendor.js";
import { crowd, numbers, standing } from "./people.js";

/** A camera that frames `count` points from (theta, phi). */
function look(points, count, { theta = 0.6, phi = 1.3, aspect = 1.6, filled = 0.86 } = {}) {
  const camera = new PerspectiveCamera(42, aspect, 0.05, 200);
  const { target, distance } = frameAll(points, count, camera, theta, phi, filled, {
    target: new Vector3(),
    distance: 0,
  });
  camera.position.setFromSphericalCoords(distance, phi, theta).add(target);
  camera.lookAt(target);
  camera.updateMatrixWorld();
  return camera;
}

test("every point is in view, and the view is filled", () => {
  const random = numbers();
  for (let round = 0; round < 100; round++) {
    const people = 1 + Math.floor(6 * random());
    const place = () => standing({ x: 6 * random(), z: -6 * random(), theta: 6 * random() });
    const points = createSubjects();
    const count = gather(crowd(...Array.from({ length: people }, place)), people, points);
    const camera = look(points, count, {
      theta: 6 * random(),
      phi: 0.1 + 1.4 * random(),
      aspect: 0.5 + 1.5 * random(),
    });
    const out = farthestOut(points, count, camera);
    assert.ok(out < 0.861, `${out} is too far out`);
    assert.ok(out > 0.35, `${out} leaves the view empty`);
  }
});

test("nobody who stands up from a squat loses their head", () => {
  const squatting = standing().map((value, i) => (i % 3 === 1 ? 0.55 * value : value));
  const points = createSubjects();
  const camera = look(points, gather(squatting, 1, points), { phi: 1.5 });
  assert.ok(farthestOut([0, 1.85, 0, 0, 0, 0], 2, camera) < 0.9);
});

test("people far above a floor that is not theirs are framed without it", () => {
  const points = createSubjects();
  const count = gather(standing({ y: 5 }), 1, points);
  assert.ok(Math.min(...points.subarray(0, 3 * count).filter((_, i) => i % 3 === 1)) > 4.9);
});

test("front is where people face, and the camera's side where they face all ways", () => {
  const front = (...angles) => frontOf(crowd(...angles.map((theta) => standing({ theta }))), angles.length, 2);
  const near = (a, b) => Math.abs(((a - b + Math.PI) % (2 * Math.PI)) - Math.PI) < 0.45;
  assert.ok(near(front(1.5, 1.6), 1.55), `${front(1.5, 1.6)}`);
  assert.ok(near(front(0, Math.PI), 2), `${front(0, Math.PI)}`);
  assert.equal(frontOf(new Float32Array(0), 0, 2), 2);
});

test("the view follows soon after somebody has left it, and not for a moment's arm", () => {
  const refit = createRefit();
  assert.equal(refit.due(1.2, 1, 0, 0.1), false);
  assert.equal(refit.due(0.8, 1, 0, 0.1), false);
  assert.equal(refit.due(1.2, 1, 0, 0.15), false);
  assert.equal(refit.due(1.2, 1, 0, 0.15), true);
  refit.reset();
  for (let t = 0; t < 3; t += 0.1) assert.equal(refit.due(0.5, 0.6, 0, 0.1), false);
  assert.ok(Array.from({ length: 20 }, () => refit.due(0.5, 0.6, 0, 0.1)).at(-1), "much nearer for long");
});

test("the picture is hidden where it covers somebody behind it, not where it is behind them", () => {
  const camera = new PerspectiveCamera(42, 1.6, 0.05, 200);
  camera.position.set(0, 1.2, 5);
  camera.updateMatrixWorld();
  const matrix = camera.projectionMatrix.clone().multiply(camera.matrixWorldInverse).elements;
  const square = (x, z) => Float32Array.of(x, 1, z, x + 0.6, 1, z, x + 0.6, 1.4, z, x, 1.4, z);
  const covers = createCover();
  assert.equal(covers(square(-0.2, 2), standing(), 1, matrix, true), true);
  assert.equal(covers(square(-0.2, -2), standing(), 1, matrix, true), false);
  assert.equal(covers(square(0.9, 2), standing(), 1, matrix, true), false);
  assert.equal(covers(square(1.5, 2), standing(), 1, matrix, true), true, "cut off by the edge it is not shown");
  assert.equal(covers(square(0, 6), standing(), 1, matrix, true), true, "behind the viewer it is not shown");
});
