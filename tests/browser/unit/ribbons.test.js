// Ribbons that fade with age, however long the page is open.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createRibbons } from "../../../webapp/static/js/scene/ribbons.js";

const point = new Float32Array(3);

/** Ages [s] as the shader computes them: of the segments in the order they were added, start and end. */
function ages({ mesh }, count) {
  const now = Math.fround(mesh.material.uniforms.now.value);
  return [...mesh.geometry.attributes.segmentTimes.array.subarray(0, 2 * count)].map((born) => now - born);
}

function near(actual, expected) {
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i] - value) < 0.001, `${actual} is not ${expected}`));
}

test("ages are exact after weeks", () => {
  const ribbons = createRibbons({ capacity: 4, width: 2, life: 12 });
  for (const start of [1, 1e5, 3e6]) {
    ribbons.clear();
    ribbons.setNow(start);
    ribbons.add(point, 0, point, 0, 1, 1, 1, start, start + 1 / 30);
    ribbons.setNow(start + 0.5);
    near(ages(ribbons, 1), [0.5, 0.5 - 1 / 30]);
  }
});

test("rebasing times does not change the age of segments", () => {
  const ribbons = createRibbons({ capacity: 4, width: 2, life: 12 });
  for (let now = 0; now < 9000; now += 2) {
    ribbons.setNow(now);
    ribbons.clear();
    ribbons.add(point, 0, point, 0, 1, 1, 1, now - 0.25, now);
    ribbons.setNow(now + 1);
    near(ages(ribbons, 1), [1.25, 1]);
  }
});
