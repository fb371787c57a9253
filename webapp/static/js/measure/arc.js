// Where an angle is in space: the point that it is measured at, and the two directions that it lies between.

import { component, frameOf, vectorOf } from "./angles.js";
import { dot, plus, scaled, unit } from "./vectors.js";

const EARS = { left_ear: 0.5, right_ear: 0.5 };
const SHOULDERS = { left_shoulder: 0.5, right_shoulder: 0.5 };
/** Where the angles are drawn that are not at a joint of their own name, as joints with weights. */
const PLACES = {
  trunk_lean: { pelvis: 1 },
  trunk_forward_lean: { pelvis: 1 },
  trunk_side_lean: { pelvis: 1 },
  trunk_twist: SHOULDERS,
  neck_flexion: { neck: 1 },
  head_turn: EARS,
  head_nod: EARS,
  head_tilt: EARS,
  pelvis_heading: { pelvis: 1 },
  pelvis_obliquity: { pelvis: 1 },
  shoulder_heading: SHOULDERS,
  shoulder_obliquity: SHOULDERS,
};
/** Directions closer to opposite than this have no arc of their own: any would do. */
const OPPOSITE = -0.9999;

/** The joints, with weights, at which the angle `name` is drawn. */
export function placeOf(name) {
  return PLACES[name] ?? { [name.split("_").slice(0, 2).join("_")]: 1 };
}

/**
 * `definition`: of an angle, as in GET /api/angles with all `definitions`; `joints`: 57 numbers, metres, y up.
 * {vertex, from, to}: a point and two units, the angle between which is the one measured; null where it is not defined.
 */
export function arcOf(definitions, definition, joints) {
  const vertex = vectorOf(joints, placeOf(definition.name));
  const [from, to] = sides(definitions, definition, joints);
  return [...vertex, ...from, ...to].every(Number.isFinite) ? { vertex, from, to } : null;
}

function sides(definitions, definition, joints) {
  if (definition.kind === "between")
    return [unit(vectorOf(joints, definition.a)), unit(vectorOf(joints, definition.b))];
  const vector = vectorOf(joints, definition.vector);
  const frame = frameOf(joints, definitions.frames[definition.frame]);
  const along = component(vector, frame, definition.sine);
  const sine = signed(frame, definition.sine);
  if (definition.kind === "out_of_plane") return [unit(plus(vector, scaled(sine, -along))), unit(vector)];
  const cosine = signed(frame, definition.cosine);
  return [cosine, unit(plus(scaled(sine, along), scaled(cosine, dot(vector, cosine))))];
}

const signed = (frame, axis) => scaled(frame[axis.at(-1)], axis[0] === "-" ? -1 : 1);

/** `steps` + 1 directions from one side of an arc to the other, evenly. */
export function directionsOf({ from, to }, steps) {
  const cosine = Math.max(-1, Math.min(1, dot(from, to)));
  if (cosine < OPPOSITE) return [from, to];
  const across = unit(plus(to, scaled(from, -cosine)));
  if (!Number.isFinite(across[0])) return [from, to]; // both are the same
  const angle = Math.acos(cosine);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const turned = (angle * step) / steps;
    return plus(scaled(from, Math.cos(turned)), scaled(across, Math.sin(turned)));
  });
}
