// Computes the nearest viewpoint from which a set of points is in view.

import { Vector3 } from "../../vendor/vendor.js";

/** Share of the view's width and height that is filled: the margin is for ID labels and for people who move. */
const FILLED = 0.76;
const NEAREST_M = 1.5;

/**
 * The target and distance from which a camera, looking down along the direction (theta, phi) about y, sees all
 * `points` ([x, y, z, x, …], display space).
 *
 * With x right, y up and z towards the viewer, the viewer at (X, Y, Z) sees a point if |x - X| <= (Z - z) tan(h) and
 * |y - Y| <= (Z - z) tan(v). Each is two lines in (X, Z); where the outermost two meet is the nearest place.
 */
export function frameAll(points, camera, theta, phi) {
  const towards = new Vector3().setFromSphericalCoords(1, phi, theta);
  const right = new Vector3(0, 1, 0).cross(towards).normalize();
  const up = new Vector3().crossVectors(towards, right);
  const tanV = Math.tan((camera.fov * Math.PI) / 360) * FILLED;
  const tanH = tanV * camera.aspect;
  const point = new Vector3();
  let [most, least, top, bottom, near, far] = Array(6).fill(-Infinity);
  for (let i = 0; i < points.length; i += 3) {
    point.fromArray(points, i);
    const [x, y, z] = [point.dot(right), point.dot(up), point.dot(towards)];
    most = Math.max(most, x + z * tanH);
    least = Math.max(least, -x + z * tanH);
    top = Math.max(top, y + z * tanV);
    bottom = Math.max(bottom, -y + z * tanV);
    near = Math.max(near, z);
    far = Math.max(far, -z);
  }
  const distance = Math.max((most + least) / 2 / tanH, (top + bottom) / 2 / tanV, near + NEAREST_M);
  const depth = (near - far) / 2;
  const target = right
    .multiplyScalar((most - least) / 2)
    .addScaledVector(up, (top - bottom) / 2)
    .addScaledVector(towards, depth);
  return { target, distance: distance - depth };
}
