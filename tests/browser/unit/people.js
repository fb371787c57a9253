// People for the tests of the 3D view: joints in display space, packed x, y, z.

import { REST } from "../../../webapp/static/js/scene/mannequin/shape.js";
import { JOINT_COUNT, JOINTS } from "../../../webapp/static/js/skeleton.js";

const EYES = { left_eye: [0.03, 1.68, 0.085], right_eye: [-0.03, 1.68, 0.085] };

/** Somebody who stands as the mannequin does at rest, moved by (x, y, z) and turned by `theta` about y. */
export function standing({ x = 0, y = 0, z = 0, theta = 0 } = {}) {
  const joints = new Float32Array(3 * JOINT_COUNT);
  JOINTS.forEach((name, joint) => {
    const [px, py, pz] = REST[name] ?? EYES[name];
    const [c, s] = [Math.cos(theta), Math.sin(theta)];
    joints.set([x + c * px + s * pz, y + py, z - s * px + c * pz], 3 * joint);
  });
  return joints;
}

export function crowd(...people) {
  const joints = new Float32Array(3 * JOINT_COUNT * people.length);
  people.forEach((person, slot) => joints.set(person, 3 * JOINT_COUNT * slot));
  return joints;
}

/** Numbers from 0 to 1 that are the same in every run. */
export function numbers(seed = 7) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}
