// Which joint the pointer is on: every joint is projected to the screen and the nearest within REACH_PX is chosen.

import { FACE, JOINT_COUNT } from "../skeleton.js";

const REACH_PX = 14;

/** `pick(x, y, ...)` -> {slot, joint}, -1 each where nothing is near; the same object each time. */
export function createPicker() {
  const found = { slot: -1, joint: -1 };

  return function pick(x, y, moment, points, camera, width, height, withFace) {
    found.slot = found.joint = -1;
    const view = camera.matrixWorldInverse.elements;
    const projection = camera.projectionMatrix.elements;
    let best = REACH_PX * REACH_PX;
    for (let slot = 0; slot < moment.count; slot++) {
      for (let joint = 0; joint < JOINT_COUNT; joint++) {
        if (!withFace && FACE.has(joint)) continue;
        const distance = screenDistance(
          points,
          3 * (slot * JOINT_COUNT + joint),
          view,
          projection,
          x,
          y,
          width,
          height,
        );
        if (distance >= best) continue;
        best = distance;
        found.slot = slot;
        found.joint = joint;
      }
    }
    return found;
  };
}

/** Squared CSS pixels from (x, y) to the point; Infinity behind the viewer. */
function screenDistance(points, at, view, projection, x, y, width, height) {
  const px = points[at];
  const py = points[at + 1];
  const pz = points[at + 2];
  const vz = view[2] * px + view[6] * py + view[10] * pz + view[14];
  if (vz > -0.05) return Infinity;
  const vx = view[0] * px + view[4] * py + view[8] * pz + view[12];
  const vy = view[1] * px + view[5] * py + view[9] * pz + view[13];
  const dx = (((projection[0] * vx) / -vz) * 0.5 + 0.5) * width - x;
  const dy = (0.5 - ((projection[5] * vy) / -vz) * 0.5) * height - y;
  return dx * dx + dy * dy;
}
