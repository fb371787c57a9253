// What is shown of the real camera: its picture behind everybody when looking through it, else its glyph and its
// picture where they hide nobody.

import { Matrix4, Vector3 } from "../../vendor/vendor.js";
import { JOINT_COUNT } from "../skeleton.js";
import { createCover } from "./cover.js";

/** Cosine of the angle between the viewer's and the camera's direction below which the camera is shown: 25 degrees. */
const IN_THE_WAY = 0.906;
/** Looking through the camera, the picture is this far behind the farthest joint, and at least so far away; metres. */
const BEHIND_PEOPLE_M = 1.5;
const LEAST_DEPTH_M = 3;

/** `frustum`, `floor`, `rig`: parts of the scene; `picture` is {show(frame, now)}; `camera` is the viewer's. */
export function createShownCamera({ frustum, floor, rig, picture, camera }) {
  const covers = createCover();
  const viewProjection = new Matrix4();
  const direction = new Vector3();
  let uncovered = false;

  function fromOutside({ forward }, moment, points, dt) {
    camera.updateMatrixWorld();
    viewProjection.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    uncovered = !covers(frustum.corners, points, moment.count, viewProjection.elements, uncovered);
    frustum.lookFrom(camera.getWorldDirection(direction).dot(forward) < IN_THE_WAY, uncovered, dt);
  }

  return {
    /** `real`: the real camera as in world.js, or null; `through`: whether the viewer looks through it. */
    update(real, through, moment, points, now, dt) {
      if (picture.show(moment.frame, now)) {
        frustum.refresh();
        rig.refresh();
      }
      rig.update(through, camera.position, dt);
      if (!real) return;
      real.depth = deepest(moment) + BEHIND_PEOPLE_M;
      floor.setSolid(!through);
      if (through) frustum.lookThrough(real.depth);
      else fromOutside(real, moment, points, dt);
    },
  };
}

function deepest({ camera, count }) {
  let depth = LEAST_DEPTH_M;
  for (let i = 2; i < 3 * JOINT_COUNT * count; i += 3) depth = Math.max(depth, camera[i]);
  return depth;
}
