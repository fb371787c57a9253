// The joints of one person while their figure is posed: a copy in which none is missing.

import { JOINT, JOINT_COUNT } from "../../skeleton.js";
import { HIPS, LIMBS } from "./limbs.js";

const { neck: NECK, pelvis: PELVIS } = JOINT;

export const joints = new Float64Array(3 * JOINT_COUNT);

/** Copies joints; missing ones are put where the next one up the body is. False where all are missing. */
export function readJoints(points, start) {
  for (let i = 0; i < joints.length; i++) joints[i] = points[start + i];
  let known = -1;
  for (let joint = 0; joint < JOINT_COUNT && known < 0; joint++) if (isKnown(joint)) known = joint;
  if (known < 0) return false;
  supply(PELVIS, known);
  supply(NECK, PELVIS);
  for (const { from, to } of LIMBS) {
    supply(from, from === HIPS.left || from === HIPS.right ? PELVIS : NECK);
    supply(to, from);
  }
  for (let joint = 0; joint < JOINT_COUNT; joint++) supply(joint, NECK);
  return true;
}

const isKnown = (joint) => Number.isFinite(joints[3 * joint] + joints[3 * joint + 1] + joints[3 * joint + 2]);

function supply(joint, from) {
  if (isKnown(joint)) return;
  for (let k = 0; k < 3; k++) joints[3 * joint + k] = joints[3 * from + k];
}

/** The vector from one joint to another. */
export function between(out, from, to, of = joints) {
  for (let k = 0; k < 3; k++) out[k] = of[3 * to + k] - of[3 * from + k];
}

export function middle(out, { left, right }, of = joints) {
  for (let k = 0; k < 3; k++) out[k] = (of[3 * left + k] + of[3 * right + k]) / 2;
}

/** Metres between two joints. */
export function apart(a, b) {
  const at = 3 * a;
  const to = 3 * b;
  return Math.hypot(joints[to] - joints[at], joints[to + 1] - joints[at + 1], joints[to + 2] - joints[at + 2]);
}
