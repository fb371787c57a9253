// The mannequin's bones follow a person's joints: where they are, without flips, whatever is missing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BONE_FLOATS, PERSON_FLOATS, poseBones } from "../../../webapp/static/js/scene/mannequin/rig.js";
import { BONE, BONES, REST } from "../../../webapp/static/js/scene/mannequin/shape.js";
import { turnHead } from "../../../webapp/static/js/scene/mannequin/turning.js";
import { JOINT, JOINT_COUNT } from "../../../webapp/static/js/skeleton.js";
import { numbers, standing } from "./people.js";

const SEEN = new Float32Array(JOINT_COUNT).fill(1);
const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

function pose(joints) {
  const bones = new Float32Array(PERSON_FLOATS);
  return poseBones(joints, 0, SEEN, 0, bones, 0) ? bones : null;
}

/** Where a bone carries a point of the mannequin at rest. */
const carried = (bones, bone, [x, y, z]) =>
  [0, 1, 2].map((row) => {
    const at = BONE_FLOATS * bone + 4 * row;
    return bones[at] * x + bones[at + 1] * y + bones[at + 2] * z + bones[at + 3];
  });

const jointOf = (joints, name) => [...joints.subarray(3 * JOINT[name], 3 * JOINT[name] + 3)];
const apart = (a, b) => Math.hypot(...a.map((value, k) => value - b[k]));

test("somebody who stands like the mannequin is the mannequin", () => {
  const bones = pose(standing({ x: 2, z: -3 }));
  for (const bone of Object.values(BONE))
    assert.ok(apart(carried(bones, bone, [0.1, 1.2, 0.05]), [2.1, 1.2, -2.95]) < 0.03, BONES[bone].name);
});

test("limbs begin and end at the person's joints", () => {
  const random = numbers();
  for (let round = 0; round < 50; round++) {
    const joints = standing({ theta: 6 * random() });
    for (let i = 0; i < joints.length; i++) joints[i] += 0.15 * (random() - 0.5);
    const bones = pose(joints);
    for (const { name, from, to } of BONES.filter((bone) => bone.from)) {
      assert.ok(apart(carried(bones, BONE[name], REST[from]), jointOf(joints, from)) < 1e-4, name);
      assert.ok(apart(carried(bones, BONE[name], REST[to]), jointOf(joints, to)) < 1e-4, name);
    }
  }
});

test("no joint that is missing, or where another is, makes a number that is none", () => {
  const random = numbers(3);
  for (let round = 0; round < 400; round++) {
    const joints = standing();
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const fate = random();
      if (fate < 0.3) joints.fill(Number.NaN, 3 * joint, 3 * joint + 3);
      else if (fate < 0.5) joints.copyWithin(3 * joint, 3 * Math.floor(random() * JOINT_COUNT), 3 * JOINT_COUNT);
    }
    const bones = pose(joints);
    assert.ok(bones === null || bones.every(Number.isFinite), `round ${round}`);
  }
  assert.equal(pose(new Float32Array(3 * JOINT_COUNT).fill(Number.NaN)), null);
  assert.ok(pose(new Float32Array(3 * JOINT_COUNT)).every(Number.isFinite), "all joints in one place");
});

/** The largest change of any bone's axes while `move(joints, t)` changes the joints, t from 0 to 1. */
function wildest(move, steps = 400) {
  let before = null;
  let most = 0;
  for (let step = 0; step <= steps; step++) {
    const joints = standing();
    move(joints, step / steps);
    const bones = pose(joints);
    for (const { name } of BONES) {
      for (const tip of [
        [0.3, 0, 0],
        [0, 0, 0.3],
      ]) {
        const origin = carried(bones, BONE[name], [0, 0, 0]);
        const axis = carried(bones, BONE[name], tip).map((value, k) => value - origin[k]);
        const key = `${name} ${tip}`;
        if (before?.[key]) most = Math.max(most, apart(axis, before[key]) / 0.3);
        before = { ...before, [key]: axis };
      }
    }
  }
  return most;
}

const put = (joints, name, point) => joints.set(point, 3 * JOINT[name]);

test("an arm that swings all the way up, and legs that stretch and bend, never flip", () => {
  const swing = wildest((joints, t) => {
    const angle = Math.PI * t;
    const [sx, sy, sz] = REST.left_shoulder;
    put(joints, "left_elbow", [sx + 0.29 * Math.sin(angle), sy - 0.29 * Math.cos(angle), sz]);
    put(joints, "left_wrist", [sx + 0.55 * Math.sin(angle), sy - 0.55 * Math.cos(angle), sz]);
  });
  assert.ok(swing < 0.1, `${swing} of a unit in a step`);
  const squat = wildest((joints, t) => {
    const bend = 0.42 * Math.sin(Math.PI * 2 * t);
    for (const side of ["left", "right"]) {
      const [kx, ky, kz] = REST[`${side}_knee`];
      put(joints, `${side}_knee`, [kx, ky, kz + Math.max(bend, -0.02)]);
    }
  });
  assert.ok(squat < 0.1, `${squat} of a unit in a step`);
});

test("the head turns with ears and nose, and with the chest where they are unknown", () => {
  const joints = Float64Array.from(standing({ theta: 0.7 }));
  const turned = turnHead(new Float64Array(9), IDENTITY, joints);
  assert.ok(apart([turned[2], turned[5], turned[8]], [Math.sin(0.7), 0, Math.cos(0.7)]) < 0.01, `${turned}`);
  joints.copyWithin(3 * JOINT.left_ear, 3 * JOINT.right_ear, 3 * JOINT.right_ear + 3);
  assert.deepEqual([...turnHead(new Float64Array(9), IDENTITY, joints)], [...IDENTITY]);
});

test("soles lie flat although the shin leans", () => {
  const joints = standing();
  for (const side of ["left", "right"]) {
    const [kx, ky, kz] = REST[`${side}_knee`];
    put(joints, `${side}_knee`, [kx, ky - 0.05, kz + 0.22]);
  }
  const bones = pose(joints);
  const ankle = jointOf(joints, "left_ankle");
  const toe = carried(bones, BONE.left_foot, [REST.left_ankle[0], 0.02, 0.17]);
  const lean = Math.atan2(joints[3 * JOINT.left_knee + 2] - ankle[2], joints[3 * JOINT.left_knee + 1] - ankle[1]);
  assert.ok(toe[1] > -0.05 && lean > 0.4, `toes at ${toe[1]} m`);
});
