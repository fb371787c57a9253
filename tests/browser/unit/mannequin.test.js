// The mannequin's mesh: closed, as tall as a person, and every vertex moved by its bones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createMesh, INFLUENCES } from "../../../webapp/static/js/scene/mannequin/mesh.js";
import { BONE_COUNT } from "../../../webapp/static/js/scene/mannequin/shape.js";

const mesh = createMesh();
const count = mesh.positions.length / 3;

test("the surface is closed, and seen from outside", () => {
  const edges = new Map();
  let volume = 0;
  for (let i = 0; i < mesh.indices.length; i += 3) {
    const corners = mesh.indices.slice(i, i + 3);
    corners.forEach((from, k) => {
      const to = corners[(k + 1) % 3];
      edges.set(`${from} ${to}`, (edges.get(`${from} ${to}`) ?? 0) + 1);
    });
    const [a, b, c] = corners.map((corner) => mesh.positions.subarray(3 * corner, 3 * corner + 3));
    volume +=
      a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
  }
  for (const edge of edges.keys()) assert.ok(edges.has(edge.split(" ").reverse().join(" ")), `a hole at ${edge}`);
  assert.ok(volume / 6 > 0.05 && volume / 6 < 0.09, `${volume / 6} m³`);
});

test("it is as tall as a person, and small enough to draw twenty times", () => {
  const heights = Array.from({ length: count }, (_, i) => mesh.positions[3 * i + 1]);
  assert.ok(Math.max(...heights) > 1.74 && Math.max(...heights) < 1.84);
  assert.ok(Math.abs(Math.min(...heights)) < 0.02);
  assert.ok(count < 6000, `${count} vertices`);
});

test("every vertex has normals of length 1, and bones whose shares add up to 1", () => {
  for (let i = 0; i < count; i++) {
    assert.ok(Math.abs(Math.hypot(...mesh.normals.subarray(3 * i, 3 * i + 3)) - 1) < 1e-3);
    const shares = mesh.weights.subarray(INFLUENCES * i, INFLUENCES * (i + 1));
    assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-5);
    assert.ok(mesh.bones.subarray(INFLUENCES * i, INFLUENCES * (i + 1)).every((bone) => bone < BONE_COUNT));
    assert.ok(mesh.light[i] >= 0 && mesh.light[i] <= 1);
  }
});
