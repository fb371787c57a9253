// The mannequin's limbs and pairs of joints as data: which joints they go from and to, and how long they are at rest.

import { JOINT } from "../../skeleton.js";
import { BONE, BONES, REST } from "./shape.js";
import { difference, length, unit } from "./vectors.js";

/** A joint's place at rest. */
export const rest = (name) => Float64Array.from(REST[name]);

/** Bones from one joint to the next, parents first; `along`: their direction at rest. */
export const LIMBS = BONES.filter(({ from }) => from).map(({ name, parent, from, to }) => {
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
export const ARMS = LIMBS.filter(({ bone }) => BONES[bone].name.includes("arm"));
const limb = (name) => LIMBS.find(({ bone }) => bone === BONE[name]);
export const LEGS = ["left", "right"].map((side) => ({
  thigh: limb(`${side}_thigh`),
  shin: limb(`${side}_shin`),
  foot: BONE[`${side}_foot`],
  hip: JOINT[`${side}_hip`],
  knee: JOINT[`${side}_knee`],
  ankle: JOINT[`${side}_ankle`],
  sole: rest(`${side}_ankle`),
}));

/** Joints of both sides, and how far apart they are at rest. */
const pair = (name) => ({
  left: JOINT[`left_${name}`],
  right: JOINT[`right_${name}`],
  width: 2 * REST[`left_${name}`][0],
});
export const [SHOULDERS, HIPS, EARS] = ["shoulder", "hip", "ear"].map(pair);
export const EARS_REST = rest("left_ear").map((value, k) => (value + REST.right_ear[k]) / 2);
export const SPINE_REST = length(difference(rest("neck"), rest("pelvis")));
export const SIZE_REST = SPINE_REST + LIMBS.reduce((sum, { size }) => sum + size, 0);
