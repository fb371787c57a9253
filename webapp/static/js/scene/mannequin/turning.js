// How the parts of a figure are turned: rotations as arrays of nine, by rows, from rest to display.

import { JOINT } from "../../skeleton.js";
import { between, middle } from "./joints.js";
import { EARS, EARS_REST } from "./limbs.js";
import { REST } from "./shape.js";
import {
  apply,
  columns,
  cross,
  dot,
  length,
  multiply,
  normalise,
  reject,
  shortestArc,
  smooth,
  turnAbout,
} from "./vectors.js";

/** How far from the line between hip and ankle, relative to their distance, a knee begins to turn the leg, and does. */
const BENT = [0.03, 0.12];
/** Soles lie flat while the shin is about upright: cosines of its angle to the vertical. */
const UPRIGHT = [0.45, 0.8];
const FLAT = 0.75;
const TINY_M = 1e-4;
const NARROW_M = 0.02;
const { nose: NOSE } = JOINT;

const [x, y, z, u, v, w] = Array.from({ length: 6 }, () => new Float64Array(3));
const arc = new Float64Array(9);
const product = new Float64Array(9);

/** With y along `up` and x near `across`; where the two are parallel, x near that of the rotation `other`. */
export function turnTrunk(out, across, up, other) {
  for (let k = 0; k < 3; k++) y[k] = up[k];
  if (length(y) < TINY_M) y[1] = 1;
  normalise(y);
  for (let k = 0; k < 3; k++) x[k] = across[k];
  reject(x, y);
  if (length(x) < NARROW_M) {
    for (let k = 0; k < 3; k++) x[k] = other ? other[3 * k] : Number(k === 0);
    reject(x, y);
  }
  if (length(x) < NARROW_M) {
    x[0] = x[1] = 0;
    x[2] = 1;
    reject(x, y);
  }
  normalise(x);
  cross(z, x, y);
  columns(out, x, y, z);
}

/** The head: x from ear to ear, z to the nose, as far as the joints `from` tell; else as the chest. */
export function turnHead(out, chest, from) {
  between(x, EARS.right, EARS.left, from);
  middle(z, EARS, from);
  for (let k = 0; k < 3; k++) z[k] = from[3 * NOSE + k] - z[k];
  cross(y, z, x);
  if (!(length(x) > NARROW_M && length(z) > NARROW_M && length(y) > 0.15 * length(x) * length(z))) {
    out.set(chest);
    return out;
  }
  normalise(x);
  normalise(y);
  cross(z, x, y);
  columns(product, x, y, z);
  return multiply(out, product, HEAD_FROM_REST);
}

/** At rest the nose is a little below the ears: the axes of the head from those of the mannequin. */
const HEAD_FROM_REST = (() => {
  const tilt = Math.atan2(EARS_REST[1] - REST.nose[1], REST.nose[2] - EARS_REST[2]);
  const c = Math.cos(tilt);
  const s = Math.sin(tilt);
  return Float64Array.of(1, 0, 0, 0, c, s, 0, -s, c);
})();

/** As the parent, then by the shortest way into the limb's direction; `along`: its direction at rest. */
export function turnLimb(out, parent, along, from, to) {
  between(u, from, to);
  if (length(u) < TINY_M) {
    out.set(parent);
    return;
  }
  normalise(u);
  apply(v, parent, along);
  shortestArc(arc, v, u);
  multiply(out, arc, parent);
}

/** Turns a thigh about itself: its front to the side to which the knee bends, the more the further it bends. */
export function turnToKnee(turn, hip, knee, ankle) {
  between(w, hip, ankle);
  between(u, hip, knee);
  const reach = length(w);
  if (reach < TINY_M || length(u) < TINY_M) return;
  normalise(w);
  for (let k = 0; k < 3; k++) v[k] = u[k];
  reject(v, w); // from the line between hip and ankle to the knee
  const bent = smooth((length(v) / reach - BENT[0]) / (BENT[1] - BENT[0]));
  normalise(u);
  reject(v, u);
  for (let k = 0; k < 3; k++) z[k] = turn[3 * k + 2];
  reject(z, u);
  if (bent === 0 || length(z) < TINY_M || length(v) < TINY_M) return;
  cross(x, z, v);
  const angle = Math.atan2(dot(x, u), dot(z, v));
  turnAbout(arc, u, angle * bent * smooth((Math.cos(angle) + 0.5) / 0.8)); // a knee bent backwards is an error
  multiply(product, arc, turn);
  turn.set(product);
}

/** A foot: as the shin carries it, flat on the floor while the shin is upright. */
export function turnFoot(out, shin) {
  for (let k = 0; k < 3; k++) {
    y[k] = shin[3 * k + 1];
    z[k] = shin[3 * k + 2];
  }
  const flat = FLAT * smooth((y[1] - UPRIGHT[0]) / (UPRIGHT[1] - UPRIGHT[0]));
  for (let k = 0; k < 3; k++) y[k] = (1 - flat) * y[k] + (k === 1 ? flat : 0);
  normalise(y);
  reject(z, y);
  normalise(z);
  cross(x, y, z);
  columns(out, x, y, z);
}
