// What the presets frame: people with room to stand up in, and where they face.

import { JOINT, JOINT_COUNT, PELVIS } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline/moment.js";

/** Room above the floor for whoever stands up or raises their arms, and above heads for labels; metres. */
const STANDING_M = 2;
const ABOVE_HEAD_M = 0.35;
/** People whose lowest joint is farther from the floor are framed without it: the floor is not where they stand. */
const FLOOR_WITHIN_M = 1;
const POINTS_EACH = JOINT_COUNT + 2;
const SHOULDERS = [JOINT.left_shoulder, JOINT.right_shoulder];
const HIPS = [JOINT.left_hip, JOINT.right_hip];
/** How much "front" is where the camera is, beside where people face: it decides where they face all ways. */
const CAMERA_SHARE = 0.35;

/** Room for the points of all people, as `gather` writes them. */
export const createSubjects = () => new Float32Array(3 * POINTS_EACH * MAX_PEOPLE);

/** Writes the joints of `people` people, and below and above each a point on the floor and one in standing height. */
export function gather(points, people, out) {
  let at = 0;
  for (let slot = 0; slot < people; slot++) {
    const base = 3 * slot * JOINT_COUNT;
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < 3 * JOINT_COUNT; i++) out[at++] = points[base + i];
    for (let i = base + 1; i < base + 3 * JOINT_COUNT; i += 3) {
      low = Math.min(low, points[i]);
      high = Math.max(high, points[i]);
    }
    const floored = Math.abs(low) < FLOOR_WITHIN_M;
    at = column(points, base, floored ? Math.min(low, 0) : low, out, at);
    at = column(points, base, Math.max(high + ABOVE_HEAD_M, floored ? STANDING_M : -Infinity), out, at);
  }
  return people * POINTS_EACH;
}

function column(points, base, height, out, at) {
  out[at] = points[base + 3 * PELVIS];
  out[at + 1] = height;
  out[at + 2] = points[base + 3 * PELVIS + 2];
  return at + 3;
}

/**
 * The angle about y from which people are seen from the front: the mean direction that their trunks face. `fromCamera`,
 * the angle towards the camera, decides where they face all ways.
 */
export function frontOf(points, people, fromCamera) {
  let x = 0;
  let z = 0;
  for (let slot = 0; slot < people; slot++) {
    const base = 3 * slot * JOINT_COUNT;
    let acrossX = 0;
    let acrossZ = 0;
    for (const [left, right] of [SHOULDERS, HIPS]) {
      acrossX += points[base + 3 * left] - points[base + 3 * right];
      acrossZ += points[base + 3 * left + 2] - points[base + 3 * right + 2];
    }
    const size = Math.hypot(acrossX, acrossZ);
    if (!(size > 0.05)) continue;
    x += -acrossZ / size / people; // ahead is left turned by a quarter about y
    z += acrossX / size / people;
  }
  return Math.atan2(x + CAMERA_SHARE * Math.sin(fromCamera), z + CAMERA_SHARE * Math.cos(fromCamera));
}
