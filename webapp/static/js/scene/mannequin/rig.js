// Moves the mannequin's bones to a person's joints. A bone is turned as little as possible from where its parent
// carries it, so that limbs twist steadily; legs then turn to the side to which the knee bends. Nothing is allocated
// per frame.

import { JOINT } from "../../skeleton.js";
import { apart, between, joints, middle, readJoints } from "./joints.js";
import { ARMS, EARS, EARS_REST, HIPS, LEGS, LIMBS, rest, SHOULDERS, SIZE_REST, SPINE_REST } from "./limbs.js";
import { BONE, BONE_COUNT } from "./shape.js";
import { turnFoot, turnHead, turnLimb, turnToKnee, turnTrunk } from "./turning.js";
import { multiply } from "./vectors.js";

/** Of a bone: three rows of a 3x4 matrix, rest to display space, then [how well it is seen, 0, 0, 0]. */
export const BONE_FLOATS = 16;
export const PERSON_FLOATS = BONE_COUNT * BONE_FLOATS;
/** Least and most, relative to the person's size: lengths of limbs and of the spine, widths of hips and shoulders. */
const LIMB = [0.25, 1.8];
const SPINE = [0.6, 1.4];
const WIDTH = [0.85, 1.15];
const SMALLEST = 0.1;

const { neck: NECK, nose: NOSE, pelvis: PELVIS } = JOINT;
const PELVIS_REST = rest("pelvis");
const NECK_REST = rest("neck");

const turns = Array.from({ length: BONE_COUNT }, () => new Float64Array(9));
const shape = new Float64Array(9);
const shaped = new Float64Array(9);
const [spine, across, place] = Array.from({ length: 3 }, () => new Float64Array(3));

/**
 * Writes the bones of one person into `out` from `offset`. `points`: joints in display space, y up, from `start`;
 * `seen`: how well each joint is seen, 0 to 1, from `seenStart`. False, and nothing written, where no joint is known.
 */
export function poseBones(points, start, seen, seenStart, out, offset) {
  if (!readJoints(points, start)) return false;
  const size = sizeOf();
  poseTrunk(size, out, offset);
  turnHead(turns[BONE.head], turns[BONE.chest], joints);
  middle(place, EARS);
  write(BONE.head, uniform(size), EARS_REST, place, out, offset);
  for (const arm of ARMS) poseLimb(arm, size, out, offset);
  for (const leg of LEGS) poseLeg(leg, size, out, offset);
  writeSeen(seen, seenStart, out, offset);
  return true;
}

/** The person's size relative to the mannequin's, from the lengths of trunk, arms and legs. */
function sizeOf() {
  let sum = apart(PELVIS, NECK);
  for (const { from, to } of LIMBS) sum += apart(from, to);
  return Math.max(sum / SIZE_REST, SMALLEST);
}

/** Chest and pelvis: along the spine, and across by the shoulders and the hips. */
function poseTrunk(size, out, offset) {
  between(spine, PELVIS, NECK);
  between(across, SHOULDERS.right, SHOULDERS.left);
  turnTrunk(turns[BONE.chest], across, spine, null);
  between(across, HIPS.right, HIPS.left);
  turnTrunk(turns[BONE.pelvis], across, spine, turns[BONE.chest]);
  writeAt(BONE.chest, trunk(SHOULDERS, size), NECK_REST, NECK, out, offset);
  writeAt(BONE.pelvis, trunk(HIPS, size), PELVIS_REST, PELVIS, out, offset);
}

function poseLimb(limb, size, out, offset) {
  turnLimb(turns[limb.bone], turns[limb.parent], limb.along, limb.from, limb.to);
  writeAt(limb.bone, stretched(limb, size), limb.origin, limb.from, out, offset);
}

function poseLeg({ thigh, shin, foot, hip, knee, ankle, sole }, size, out, offset) {
  turnLimb(turns[thigh.bone], turns[thigh.parent], thigh.along, hip, knee);
  turnToKnee(turns[thigh.bone], hip, knee, ankle);
  writeAt(thigh.bone, stretched(thigh, size), thigh.origin, hip, out, offset);
  poseLimb(shin, size, out, offset);
  turnFoot(turns[foot], turns[shin.bone]);
  writeAt(foot, uniform(size), sole, ankle, out, offset);
}

const within = (value, [least, most]) => Math.min(Math.max(value, least), most);

function uniform(size) {
  shape.fill(0);
  shape[0] = shape[4] = shape[8] = size;
  return shape;
}

function trunk({ left, right, width }, size) {
  uniform(size);
  shape[0] *= within(apart(left, right) / (width * size), WIDTH);
  shape[4] *= within(apart(PELVIS, NECK) / (SPINE_REST * size), SPINE);
  return shape;
}

/** size I + (stretch - size) d dᵀ: longer along the limb only. */
function stretched({ from, to, size: resting, along }, size) {
  const stretch = size * within(apart(from, to) / (resting * size), LIMB);
  for (let i = 0; i < 3; i++)
    for (let k = 0; k < 3; k++) shape[3 * i + k] = (i === k ? size : 0) + (stretch - size) * along[i] * along[k];
  return shape;
}

function writeAt(bone, scale, origin, joint, out, offset) {
  for (let k = 0; k < 3; k++) place[k] = joints[3 * joint + k];
  write(bone, scale, origin, place, out, offset);
}

/** Writes the matrix that scales, turns and carries `origin`, at rest, to `target`. */
function write(bone, scale, origin, target, out, offset) {
  multiply(shaped, turns[bone], scale);
  const at = offset + BONE_FLOATS * bone;
  for (let row = 0; row < 3; row++) {
    let shift = target[row];
    for (let k = 0; k < 3; k++) {
      out[at + 4 * row + k] = shaped[3 * row + k];
      shift -= shaped[3 * row + k] * origin[k];
    }
    out[at + 4 * row + 3] = shift;
  }
}

/** A bone is seen as well as the joints at its ends; the trunk and the head as well as the best of theirs. */
function writeSeen(seen, start, out, offset) {
  const best = (a, b, c) => Math.max(seen[start + a], seen[start + b], seen[start + c]);
  const put = (bone, value) => {
    out[offset + BONE_FLOATS * bone + 12] = value;
  };
  put(BONE.pelvis, best(HIPS.left, HIPS.right, HIPS.left));
  put(BONE.chest, best(SHOULDERS.left, SHOULDERS.right, NECK));
  put(BONE.head, best(EARS.left, EARS.right, NOSE));
  for (const { bone, from, to } of LIMBS) put(bone, Math.min(seen[start + from], seen[start + to]));
  for (const { foot, ankle } of LEGS) put(foot, seen[start + ankle]);
}
