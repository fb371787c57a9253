// Whether the camera's picture, as it stands in the scene, covers somebody on the screen, or is cut off by its edge.

import { JOINT_COUNT } from "../skeleton.js";

/** Around joints, for the flesh: metres. */
const FLESH_M = 0.12;
/** A hidden picture returns only where this much more is free, 2 being the view's width. */
const HYSTERESIS = 0.08;

/** `covers(corners, points, people, viewProjection, shown)` -> boolean; all arrays packed x, y, z in display space. */
export function createCover() {
  const picture = box();
  const person = box();

  return function covers(corners, points, people, viewProjection, shown) {
    enclose(picture, corners, 0, 4, viewProjection, 0);
    const margin = shown ? 0 : HYSTERESIS;
    if (!picture.whole || !inside(picture, margin)) return true;
    for (let slot = 0; slot < people; slot++) {
      enclose(person, points, 3 * slot * JOINT_COUNT, JOINT_COUNT, viewProjection, FLESH_M);
      if (person.whole && picture.near < person.far && overlap(picture, person, margin)) return true;
    }
    return false;
  };
}

const box = () => ({ left: 0, right: 0, bottom: 0, top: 0, near: 0, far: 0, whole: true });

/** The box of points on the screen, -1 to 1, and their distances; `whole` where none is behind the viewer. */
function enclose(out, points, start, count, m, around) {
  out.left = out.bottom = out.near = Infinity;
  out.right = out.top = out.far = -Infinity;
  out.whole = true;
  for (let i = start; i < start + 3 * count; i += 3) {
    const x = points[i];
    const y = points[i + 1];
    const z = points[i + 2];
    const w = m[3] * x + m[7] * y + m[11] * z + m[15];
    if (w < 0.05) {
      out.whole = false;
      return;
    }
    const u = (m[0] * x + m[4] * y + m[8] * z + m[12]) / w;
    const v = (m[1] * x + m[5] * y + m[9] * z + m[13]) / w;
    out.left = Math.min(out.left, u - around / w);
    out.right = Math.max(out.right, u + around / w);
    out.bottom = Math.min(out.bottom, v - around / w);
    out.top = Math.max(out.top, v + around / w);
    out.near = Math.min(out.near, w);
    out.far = Math.max(out.far, w);
  }
}

const inside = ({ left, right, bottom, top }, margin) =>
  left > -1 + margin && right < 1 - margin && bottom > -1 + margin && top < 1 - margin;

const overlap = (a, b, margin) =>
  a.left < b.right + margin && b.left < a.right + margin && a.bottom < b.top + margin && b.bottom < a.top + margin;
