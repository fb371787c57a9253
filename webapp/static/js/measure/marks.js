// Where a quantity is on a body: the arc of an angle, or the joint of a speed or a height.

import { arcOf } from "./arc.js";

/** A function of 57 numbers, metres, y up: {vertex, from, to}, {vertex} alone, or null where a joint is missing. */
export function markOf(quantities, name) {
  const { definition, joint } = quantities.get(name);
  if (definition) return (joints) => arcOf(quantities.definitions, definition, joints);
  return (joints) => {
    const vertex = [...joints.subarray(3 * joint, 3 * joint + 3)];
    return vertex.every(Number.isFinite) ? { vertex } : null;
  };
}
