// Moves the mannequin's bones to a person's joints. A bone is turned as little as possible from where its parent carries
// it, so that limbs twist steadily; knees then turn towards where they bend. Nothing is allocated per frame.

import { JOINT, JOINT_COUNT } from "../../skeleton.js";
import { BONE, BONE_COUNT, BONES, REST } from "./shape.js";
import {
  apply,
  columns,
  cross,
  difference,
  dot,
  length,
  multiply,
  normalise,
  reject,
  shortestArc,
  smooth,
  turnAbout,
  unit,
} from "./vectors.js";

/** Of a bone: three rows of a 3x4 matrix, rest to display space, then [how well it is seen, 0, 0, 0]. */
export const BONE_FLOATS = 16;
export const PERSON_FLOATS = BONE_COUNT * BONE_FLOATS;
/** A limb is at least so long, relative to rest, and at most; the widths of hips and shoulders likewise. */
const LENGTHS = [0.25, 1.8];
const WIDTHS = [0.85, 1.15];
/** A knee this far from the line between hip and ankle, relative to their distance, turns the leg altogether. */
const BENT = [0.03, 0.12];
/** Soles lie flat while the shin is about upright: cosines of its angle to the vertical. */
const UPRIGHT = [0.45, 0.8];
const FLAT = 0.75;
const TINY_M = 1e-4;

const { neck: NECK, nose: NOSE, pelvis: PELVIS } = JOINT;
const rest = (name) => Float64Array.from(REST[name]);
const middleOf = (a, b) => a.map((value, k) => (value + b[k]) / 2);
const EARS_REST = middleOf(rest("left_ear"), rest("right_ear"));
const SPINE_REST = length(difference(rest("neck"), rest("pelvis")));
const CHAINS = BONES.filter(({ from }) => from).map(({ name, parent, from, to }) => {
  const along = difference(rest(to), rest(from));
  return {
    bone: BONE[name],
    parent,
    from: JOINT[from],
    to: JOINT[to],
    origin: rest(from),
    size: length(along),
    along: unit(along),
  };
});
const LEGS = ["left", "right"].map((side) => ({
  thigh: CHAINS.find(({ bone }) => bone === BONE[`${side}_thigh`]),
  shin: CHAINS.find(({ bone }) => bone === BONE[`${side}_shin`]),
  foot: BONE[`${side}_foot`],
  hip: JOINT[`${side}_hip`],
  knee: JOINT[`${side}_knee`],
  ankle: JOINT[`${side}_ankle`],
  sole: rest(`${side}_ankle`),
}));
const ARMS = CHAINS.filter(({ bone }) => BONES[bone].name.includes("arm"));
const PAIRS = {
  shoulders: [JOINT.left_shoulder, JOINT.right_shoulder, 2 * REST.left_shoulder[0]],
  hips: [JOINT.left_hip, JOINT.right_hip, 2 * REST.left_hip[0]],
  ears: [JOINT.left_ear, JOINT.right_ear, 2 * REST.left_ear[0]],
};
const RESTING_SIZE = SPINE_REST + CHAINS.reduce((sum, { size }) => sum + size, 0);

/** Rotations are arrays of nine, by rows, rest to display. */
const turns = Array.from({ length: BONE_COUNT }, () => new Float64Array(9));
const joints = new Float64Array(3 * JOINT_COUNT);
const shape = new Float64Array(9);
const product = new Float64Array(9);
const arc = new Float64Array(9);
const [x, y, z, u, v, w, ears, level] = Array.from({ length: 8 }, () => new Float64Array(3));
const HEAD_REST = headAtRest();

/**
 * Writes the bones of one person into `out` from `offset`. `points`: joints in display space, y up, from `start`;
 * `seen`: how well each joint is seen, 0 to 1, from `seenStart`. False, and nothing written, where no joint is known.
 */
export function poseBones(points, start, seen, seenStart, out, offset) {
  if (!readJoints(points, start)) return false;
  const size = sizeOf();
  turnTrunk();
  turnHead(joints, turns[BONE.chest], turns[BONE.head]);
  place(BONE.pelvis, trunkShape("hips", size), rest0.pelvis, PELVIS, out, offset);
  place(BONE.chest, trunkShape("shoulders", size), rest0.neck, NECK, out, offset);
  middle(PAIRS.ears, ears);
  placeAt(BONE.head, uniform(size), EARS_REST, ears, out, offset);
  for (const arm of ARMS) poseLimb(arm, size, out, offset);
  for (const leg of LEGS) poseLeg(leg, size, out, offset);
  writeSeen(seen, seenStart, out, offset);
  return true;
}

const rest0 = { pelvis: rest("pelvis"), neck: rest("neck") };

/** Copies the joints; unknown ones are put where the nearest known one up the body is. */
function readJoints(points, start) {
  for (let i = 0; i < 3 * JOINT_COUNT; i++) joints[i] = points[start + i];
  let known = -1;
  for (let joint = 0; joint < JOINT_COUNT && known < 0; joint++) if (isKnown(joint)) known = joint;
  if (known < 0) return false;
  if (!isKnown(PELVIS)) copyJoint(known, PELVIS);
  if (!isKnown(NECK)) copyJoint(PELVIS, NECK);
  for (const { from, to } of CHAINS) {
    if (!isKnown(from)) copyJoint(from === JOINT.left_hip || from === JOINT.right_hip ? PELVIS : NECK, from);
    if (!isKnown(to)) copyJoint(from, to);
  }
  for (let joint = 0; joint < JOINT_COUNT; joint++) if (!isKnown(joint)) copyJoint(NECK, joint);
  return true;
}

const isKnown = (joint) => Number.isFinite(joints[3 * joint] + joints[3 * joint + 1] + joints[3 * joint + 2]);

function copyJoint(from, to) {
  for (let k = 0; k < 3; k++) joints[3 * to + k] = joints[3 * from + k];
}

/** The person's size relative to the mannequin, from the lengths of trunk, arms and legs. */
function sizeOf() {
  let sum = apart(PELVIS, NECK);
  for (const { from, to } of CHAINS) sum += apart(from, to);
  return Math.max(sum / RESTING_SIZE, 0.1);
}

/** Pelvis and chest: y along the spine, x along the hips and the shoulders. */
function turnTrunk() {
  between(PELVIS, NECK, y);
  if (length(y) < TINY_M) y.set([0, 1, 0]);
  between(PAIRS.shoulders[1], PAIRS.shoulders[0], x);
  frame(turns[BONE.chest], x, y, null);
  between(PAIRS.hips[1], PAIRS.hips[0], x);
  frame(turns[BONE.pelvis], x, y, turns[BONE.chest]);
}

/**
 * The head's rotation, rest to display, into `out`: its x from ear to ear, its z to the nose, as far as they are known;
 * else that of the chest.
 */
export function turnHead(from, chest, out) {
  between(PAIRS.ears[1], PAIRS.ears[0], x, from);
  middle(PAIRS.ears, z, from);
  for (let k = 0; k < 3; k++) z[k] = from[3 * NOSE + k] - z[k];
  if (!(length(x) > 0.02) || !(length(z) > 0.02) || !cross(u, z, x) || length(u) < 0.15 * length(x) * length(z)) {
    out.set(chest);
    return out;
  }
  normalise(x);
  normalise(u);
  cross(v, x, u);
  columns(product, x, u, v);
  return multiply(out, product, HEAD_REST);
}

/** Inverse of the head's axes at rest, where the nose is a little below the ears. */
function headAtRest() {
  const tilt = Math.atan2(EARS_REST[1] - REST.nose[1], REST.nose[2] - EARS_REST[2]);
  const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
  return Float64Array.of(1, 0, 0, 0, c, s, 0, -s, c);
}

/** Rotation with y along `up` and x near `across`; where the two are parallel, x near that of `other`. */
function frame(out, across, up, other) {
  normalise(up);
  reject(across, up);
  if (length(across) < 0.02) {
    for (let k = 0; k < 3; k++) across[k] = other ? other[3 * k] : k === 0 ? 1 : 0;
    reject(across, up);
    if (length(across) < 0.02) across.set([0, 0, 1]);
    reject(across, up);
  }
  normalise(across);
  cross(z, across, up);
  columns(out, across, up, z);
}

function trunkShape(pair, size) {
  const [left, right, width] = PAIRS[pair];
  const across = Math.min(Math.max(apart(left, right) / (width * size), WIDTHS[0]), WIDTHS[1]);
  const along = Math.min(Math.max(apart(PELVIS, NECK) / (SPINE_REST * size), 0.6), 1.4);
  shape.fill(0);
  shape[0] = across * size;
  shape[4] = along * size;
  shape[8] = size;
  return shape;
}

function uniform(size) {
  shape.fill(0);
  shape[0] = shape[4] = shape[8] = size;
  return shape;
}

/** size I + (stretch - size) d dᵀ: longer along the limb only. */
function limbShape({ from, to, size: resting, along }, size) {
  const stretch = Math.min(Math.max(apart(from, to) / resting, LENGTHS[0] * size), LENGTHS[1] * size);
  for (let i = 0; i < 3; i++)
    for (let k = 0; k < 3; k++) shape[3 * i + k] = (i === k ? size : 0) + (stretch - size) * along[i] * along[k];
  return shape;
}

function poseLimb(limb, size, out, offset) {
  turnLimb(limb);
  place(limb.bone, limbShape(limb, size), limb.origin, limb.from, out, offset);
}

/** The parent's rotation, then the shortest one that brings the limb into its direction. */
function turnLimb({ bone, parent, from, to, along }) {
  const turn = turns[bone];
  between(from, to, u);
  if (length(u) < TINY_M) {
    turn.set(turns[parent]);
    return;
  }
  normalise(u);
  apply(v, turns[parent], along);
  shortestArc(arc, v, u);
  multiply(turn, arc, turns[parent]);
}

function poseLeg({ thigh, shin, foot, hip, knee, ankle, sole }, size, out, offset) {
  turnLimb(thigh);
  turnToKnee(turns[thigh.bone], hip, knee, ankle);
  place(thigh.bone, limbShape(thigh, size), thigh.origin, thigh.from, out, offset);
  poseLimb(shin, size, out, offset);
  turnFoot(turns[shin.bone], turns[foot]);
  place(foot, uniform(size), sole, ankle, out, offset);
}

/** Turns the thigh about itself so that its front is on the side to which the knee bends; the more, the more it does. */
function turnToKnee(turn, hip, knee, ankle) {
  between(hip, ankle, w);
  const reach = length(w);
  if (reach < TINY_M) return;
  between(hip, knee, u);
  for (let k = 0; k < 3; k++) v[k] = u[k];
  normalise(w);
  reject(v, w); // from the line between hip and ankle to the knee
  const share = smooth((length(v) / reach - BENT[0]) / (BENT[1] - BENT[0]));
  normalise(u);
  for (let k = 0; k < 3; k++) z[k] = turn[3 * k + 2];
  reject(z, u);
  reject(v, u);
  if (share === 0 || length(z) < TINY_M || length(v) < TINY_M) return;
  cross(x, z, v);
  const angle = Math.atan2(dot(x, u), dot(z, v));
  turnAbout(arc, u, angle * share * smooth((Math.cos(angle) + 0.5) / 0.8));
  multiply(product, arc, turn);
  turn.set(product);
}

/** The foot: as the shin carries it, flat on the floor while the shin is upright. */
function turnFoot(shin, foot) {
  for (let k = 0; k < 3; k++) {
    y[k] = shin[3 * k + 1];
    level[k] = shin[3 * k + 2];
  }
  const flat = FLAT * smooth((y[1] - UPRIGHT[0]) / (UPRIGHT[1] - UPRIGHT[0]));
  for (let k = 0; k < 3; k++) y[k] = (1 - flat) * y[k] + (k === 1 ? flat : 0);
  normalise(y);
  reject(level, y);
  normalise(level);
  cross(x, y, level);
  columns(foot, x, y, level);
}

function place(bone, scale, origin, joint, out, offset) {
  for (let k = 0; k < 3; k++) w[k] = joints[3 * joint + k];
  placeAt(bone, scale, origin, w, out, offset);
}

/** Writes the matrix that scales, turns and carries `origin`, at rest, to `target`. */
function placeAt(bone, scale, origin, target, out, offset) {
  multiply(product, turns[bone], scale);
  const at = offset + BONE_FLOATS * bone;
  for (let row = 0; row < 3; row++) {
    let shift = target[row];
    for (let k = 0; k < 3; k++) {
      out[at + 4 * row + k] = product[3 * row + k];
      shift -= product[3 * row + k] * origin[k];
    }
    out[at + 4 * row + 3] = shift;
  }
}

function writeSeen(seen, start, out, offset) {
  const put = (bone, value) => {
    out[offset + BONE_FLOATS * bone + 12] = value;
  };
  const of = (joint) => seen[start + joint];
  put(BONE.pelvis, Math.max(of(PAIRS.hips[0]), of(PAIRS.hips[1])));
  put(BONE.chest, Math.max(of(PAIRS.shoulders[0]), of(PAIRS.shoulders[1]), of(NECK)));
  put(BONE.head, Math.max(of(NOSE), of(PAIRS.ears[0]), of(PAIRS.ears[1])));
  for (const { bone, from, to } of CHAINS) put(bone, Math.min(of(from), of(to)));
  for (const { foot, ankle } of LEGS) put(foot, of(ankle));
}

function between(from, to, out, of = joints) {
  for (let k = 0; k < 3; k++) out[k] = of[3 * to + k] - of[3 * from + k];
}

function middle([left, right], out, of = joints) {
  for (let k = 0; k < 3; k++) out[k] = (of[3 * left + k] + of[3 * right + k]) / 2;
}

function apart(a, b) {
  const at = 3 * a;
  const to = 3 * b;
  return Math.hypot(joints[to] - joints[at], joints[to + 1] - joints[at + 1], joints[to + 2] - joints[at + 2]);
}
