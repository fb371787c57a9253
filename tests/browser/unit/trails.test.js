// Trails behind hands and feet, and the path on the floor.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createColours } from "../../../webapp/static/js/scene/colours.js";
import { createTrails } from "../../../webapp/static/js/scene/trails.js";
import { JOINT_COUNT } from "../../../webapp/static/js/skeleton.js";
import { createMoment, MAX_PEOPLE } from "../../../webapp/static/js/timeline/moment.js";

/** Segments of trails and path after `seconds` of 60 Hz; `place(t)` is x of person 1 in metres, `fps` of the scenes. */
function draw(place, { fps = 30, seconds = 2 } = {}) {
  const trails = createTrails(createColours());
  const moment = createMoment();
  const points = new Float32Array(3 * JOINT_COUNT * MAX_PEOPLE);
  moment.count = 1;
  moment.ids[0] = 1;
  for (let t = 0; t < seconds; t += 1 / 60) {
    moment.frame = Math.floor(t * fps);
    for (let joint = 0; joint < JOINT_COUNT; joint++) points[3 * joint] = place(t);
    trails.update(moment, points, 10 + t);
  }
  return trails.objects.map((mesh) => longest(mesh.geometry));
}

/** [number of segments, length of the longest in metres] */
function longest({ instanceCount, attributes }) {
  let most = 0;
  for (let i = 0; i < instanceCount; i++) {
    most = Math.max(most, Math.abs(attributes.segmentEnd.array[3 * i] - attributes.segmentStart.array[3 * i]));
  }
  return [instanceCount, most];
}

test("a walk leaves trails and a path", () => {
  const [[trails], [path]] = draw((t) => 1.4 * t);
  assert.ok(trails > 100);
  assert.ok(path > 5);
});

test("lines break where an id jumps to another person", () => {
  const [[, trail], [, path]] = draw((t) => (t < 1 ? 0 : 3) + 0.5 * t);
  assert.ok(trail < 0.5, `${trail} m`);
  assert.ok(path < 0.8, `${path} m`);
});

test("a slow source leaves a path, but no trails of hands and feet", () => {
  const [[trails], [path]] = draw((t) => t, { fps: 4, seconds: 6 });
  assert.ok(trails < 60, `${trails} segments`); // until the rate is known
  assert.ok(path > 20);
});
