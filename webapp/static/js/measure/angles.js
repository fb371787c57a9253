// Joint angles of one person, by the table that GET /api/angles serves: the same that Python evaluates
// (engine/motion/angles.py, which explains it).

import { JOINT } from "../skeleton.js";
import { displayFromWorld } from "../transform.js";
import { cross, dot, known, length, unit } from "./vectors.js";

const IN_PLANE = 0.1;
const DEGREES = 180 / Math.PI;

/**
 * `joints`: 57 numbers, metres in a world whose axis `up` points up. Writes an angle in degrees for each of
 * `definitions.angles` into `result`, NaN where it is not defined.
 */
export function evaluateAngles(definitions, joints, up, result) {
  const turned = turn(displayFromWorld(up), joints);
  const frames = Object.fromEntries(
    Object.entries(definitions.frames).map(([name, definition]) => [name, frameOf(turned, definition)]),
  );
  definitions.angles.forEach((definition, index) => {
    result[index] = DEGREES * angleOf(turned, frames, definition);
  });
  return result;
}

function angleOf(joints, frames, definition) {
  if (definition.kind === "between") {
    const a = vectorOf(joints, definition.a);
    const b = vectorOf(joints, definition.b);
    return known(a) * known(b) > 0 ? Math.atan2(length(cross(a, b)), dot(a, b)) : NaN;
  }
  const vector = vectorOf(joints, definition.vector);
  const frame = frames[definition.frame];
  const sine = component(vector, frame, definition.sine);
  if (definition.kind === "out_of_plane") return Math.asin(Math.max(-1, Math.min(1, sine / known(vector))));
  const cosine = component(vector, frame, definition.cosine);
  return Math.hypot(sine, cosine) >= IN_PLANE * known(vector) ? Math.atan2(sine, cosine) : NaN;
}

/** The sum of joints with weights, of joints that are y up. */
export function vectorOf(joints, weights) {
  if ("up" in weights) return [0, 1, 0];
  const sum = [0, 0, 0];
  for (const [name, weight] of Object.entries(weights)) {
    for (let k = 0; k < 3; k++) sum[k] += weight * joints[3 * JOINT[name] + k];
  }
  return sum;
}

/** {x, y, z}, units, of a frame's definition; joints are y up. */
export function frameOf(joints, definition) {
  if (!definition.first) return { x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1] };
  const [kept, first] = definition.first;
  const [other, second] = definition.second;
  const along = unit(vectorOf(joints, first));
  const slanted = vectorOf(joints, second);
  const share = dot(slanted, along);
  const frame = { [kept]: along, [other]: unit(slanted.map((value, k) => value - share * along[k])) };
  return { ...frame, z: cross(frame.x, frame.y) };
}

/** Metres along 'x', '-y', … of a frame. */
export function component(vector, frame, axis) {
  const along = dot(vector, frame[axis.at(-1)]);
  return axis[0] === "-" ? -along : along;
}

function turn(m, joints) {
  const turned = new Float64Array(joints.length);
  for (let at = 0; at < joints.length; at += 3) {
    for (let row = 0; row < 3; row++) {
      for (let k = 0; k < 3; k++) turned[at + row] += m[3 * row + k] * joints[at + k];
    }
  }
  return turned;
}
