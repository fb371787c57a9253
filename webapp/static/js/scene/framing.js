// Computes the nearest viewpoint from which a set of points is in view, and how far points are from its middle.

import { Vector3 } from "../../vendor/vendor.js";

const NEAREST_M = 2.2;

const towards = new Vector3();
const right = new Vector3();
const up = new Vector3();
const point = new Vector3();
const UP = new Vector3(0, 1, 0);

/**
 * Writes into `out` the target and distance from which a camera, looking down along the direction (theta, phi) about y,
 * sees all `count` points ([x, y, z, x, …], display space), which fill the share `filled` of the view's width or
 * height. `camera`: {fov: vertical, degrees, aspect}.
 *
 * With x right, y up and z towards the viewer, the viewer at (X, Y, Z) sees a point if |x - X| <= (Z - z) tan(h) and
 * |y - Y| <= (Z - z) tan(v). Each is two lines in (X, Z); where the outermost two meet is the nearest place.
 */
export function frameAll(points, count, camera, theta, phi, filled, out) {
  towards.setFromSphericalCoords(1, phi, theta);
  right.crossVectors(UP, towards).normalize();
  up.crossVectors(towards, right);
  const tanV = Math.tan((camera.fov * Math.PI) / 360) * filled;
  const tanH = tanV * camera.aspect;
  let most = -Infinity;
  let least = -Infinity;
  let top = -Infinity;
  let bottom = -Infinity;
  let near = -Infinity;
  let far = -Infinity;
  for (let i = 0; i < 3 * count; i += 3) {
    point.fromArray(points, i);
    const x = point.dot(right);
    const y = point.dot(up);
    const z = point.dot(towards);
    most = Math.max(most, x + z * tanH);
    least = Math.max(least, -x + z * tanH);
    top = Math.max(top, y + z * tanV);
    bottom = Math.max(bottom, -y + z * tanV);
    near = Math.max(near, z);
    far = Math.max(far, -z);
  }
  const distance = Math.max((most + least) / 2 / tanH, (top + bottom) / 2 / tanV, near + NEAREST_M);
  const depth = (near - far) / 2;
  out.target
    .copy(right)
    .multiplyScalar((most - least) / 2)
    .addScaledVector(up, (top - bottom) / 2)
    .addScaledVector(towards, depth);
  out.distance = distance - depth;
  return out;
}

/** The largest distance of a point from the view's middle, 1 at its edge; Infinity behind the viewer. */
export function farthestOut(points, count, camera) {
  let most = 0;
  for (let i = 0; i < 3 * count; i += 3) {
    point.fromArray(points, i).applyMatrix4(camera.matrixWorldInverse);
    if (point.z > -0.05) return Infinity;
    point.applyMatrix4(camera.projectionMatrix);
    most = Math.max(most, Math.abs(point.x), Math.abs(point.y));
  }
  return most;
}
