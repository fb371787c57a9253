// What can be measured at joints: the angles of GET /api/angles, and the speed and height of every joint. As in Python,
// engine/motion/quantities.py.

import { FACE, JOINT, JOINTS, jointLabel } from "../skeleton.js";
import { placeOf } from "./arc.js";

/** How far values come back, in their unit, before a high or a low counts as one of a repetition. */
const TURNS = { "°": 20, "m/s": 0.5, m: 0.1 };
/** Angles that are found at more joints than where they are drawn. */
const ALSO_AT = {
  trunk_lean: ["neck"],
  trunk_forward_lean: ["neck"],
  trunk_side_lean: ["neck"],
  head_turn: ["nose", "left_eye", "right_eye"],
  head_nod: ["nose", "left_eye", "right_eye"],
  head_tilt: ["nose", "left_eye", "right_eye"],
};

/** What people measure most, for one press. */
export const PRESETS = [
  ["Knees", ["left_knee_flexion", "right_knee_flexion"]],
  ["Hips", ["left_hip_flexion", "right_hip_flexion"]],
  ["Elbows", ["left_elbow_flexion", "right_elbow_flexion"]],
  ["Shoulders", ["left_shoulder_elevation", "right_shoulder_elevation"]],
  ["Trunk", ["trunk_lean"]],
];

/**
 * `definitions`: of GET /api/angles. `get(name)` -> {name, label, unit, turn, signed, index, joint, definition}: the
 * place of an angle in the table, or the joint of a speed or height.
 */
export function createQuantities(definitions) {
  const all = new Map();
  definitions.angles.forEach((definition, index) => {
    const { name, label, kind } = definition;
    all.set(name, { name, label, unit: "°", turn: TURNS["°"], signed: kind === "in_plane", index, definition });
  });
  for (const [what, unit] of [
    ["speed", "m/s"],
    ["height", "m"],
  ])
    JOINTS.forEach((joint, index) => {
      const label = jointLabel(index);
      const name = `${joint}_${what}`;
      all.set(name, {
        name,
        label: `${label[0].toUpperCase()}${label.slice(1)} ${what}`,
        unit,
        turn: TURNS[unit],
        signed: false,
        joint: JOINT[joint],
        what,
      });
    });

  return {
    definitions,
    names: [...all.keys()],
    get: (name) => all.get(name),

    /** Names of what is measured at a joint, the most usual first. */
    at(joint) {
      const name = JOINTS[joint];
      const angles = definitions.angles.filter(
        (angle) => name in placeOf(angle.name) || ALSO_AT[angle.name]?.includes(name),
      );
      const usual = angles.map((angle) => angle.name);
      if (!FACE.has(joint)) usual.sort((a, b) => usualness(b) - usualness(a));
      return [...usual, `${name}_speed`, `${name}_height`];
    },
  };
}

const usualness = (name) => (PRESETS.some(([, names]) => names.includes(name)) ? 1 : 0);
