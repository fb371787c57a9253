// The mannequin's mesh, ready to be moved by its bones: made once, when the 3D view starts.

import { BONE, BONE_COUNT, BONES, distance } from "./shape.js";
import { surfaceOf } from "./surface.js";
import { smooth } from "./vectors.js";

/** Bones that move a vertex, at most. */
export const INFLUENCES = 3;
/** Metres over which the influence of a bone fades by e: joints bend within a few centimetres. */
const FADE_M = 0.028;
/** Heights between which the spine bends. */
const SPINE_M = [1.02, 1.26];
/** Distances from the surface at which other parts of the body take light away. */
const OCCLUSION_M = [0.03, 0.07, 0.12];
const RIGHT = Object.values(BONE).filter((bone) => BONES[bone].name.startsWith("right"));

/**
 * {positions, normals, indices, bones, weights, side, light}: arrays by vertex, fewer where coarser; `side` is 1 on
 * right limbs, `light` 0 to 1.
 */
export function createMesh(coarseness = 1) {
  const mesh = surfaceOf(distance, grid(coarseness));
  const count = mesh.positions.length / 3;
  const bones = new Uint8Array(INFLUENCES * count);
  const weights = new Float32Array(INFLUENCES * count);
  const side = new Float32Array(count);
  const light = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const place = mesh.positions.subarray(3 * i, 3 * i + 3);
    const influence = influences(place);
    strongest(influence, bones.subarray(INFLUENCES * i), weights.subarray(INFLUENCES * i));
    for (const bone of RIGHT) side[i] += influence[bone];
    light[i] = exposure(place, mesh.normals.subarray(3 * i, 3 * i + 3));
  }
  return { ...mesh, bones, weights, side, light };
}

/** The share of each bone in moving a point; they add up to 1. */
function influences([x, y, z]) {
  const near = new Float64Array(BONE_COUNT);
  distance(x, y, z, near);
  const least = Math.min(...near);
  const shares = near.map((value) => Math.exp((least - value) / FADE_M));
  const spine = shares[BONE.pelvis] + shares[BONE.chest];
  const risen = smooth((y - SPINE_M[0]) / (SPINE_M[1] - SPINE_M[0]));
  shares[BONE.pelvis] = spine * (1 - risen);
  shares[BONE.chest] = spine * risen;
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}

/** Keeps the strongest, so that they add up to 1. */
function strongest(shares, bones, weights) {
  const order = [...shares.keys()].sort((a, b) => shares[b] - shares[a]).slice(0, INFLUENCES);
  const sum = order.reduce((total, bone) => total + shares[bone], 0);
  order.forEach((bone, i) => {
    bones[i] = bone;
    weights[i] = shares[bone] / sum;
  });
}

/** How much of the light reaches a point: less in armpits, between the legs and under the chin. */
function exposure([x, y, z], [nx, ny, nz]) {
  let blocked = 0;
  OCCLUSION_M.forEach((reach, i) => {
    const free = distance(x + reach * nx, y + reach * ny, z + reach * nz);
    blocked += Math.max(0, reach - Math.max(free, 0)) / reach / 2 ** i;
  });
  return Math.max(0, 1 - 0.75 * blocked);
}

/** Finer at the head and the feet. */
const grid = (coarseness) => [
  ascending(-0.86, 0.86, (x) => coarseness * (Math.abs(x) < 0.1 ? 0.016 : 0.026)),
  ascending(-0.04, 1.84, (y) => coarseness * (y > 1.55 || y < 0.1 ? 0.016 : 0.03)),
  ascending(-0.18, 0.22, () => coarseness * 0.019),
];

function ascending(from, to, step) {
  const axis = [];
  for (let value = from; value < to; value += step(value)) axis.push(value);
  return axis;
}
