// The body of another recording over the people, translucent and without a colour of its own.

import { JOINT_COUNT } from "../skeleton.js";
import { PERSON_FLOATS, poseBones } from "./mannequin/rig.js";
import { createMannequins } from "./mannequins.js";

const OPACITY = 0.42;
const GREY = [0.5, 0.55, 0.6];

export function createGhost(coarseness) {
  const rows = new Float32Array(PERSON_FLOATS);
  const body = createMannequins(1, rows, coarseness, OPACITY);
  const seen = new Float32Array(JOINT_COUNT).fill(1);
  let pose = null;
  body.object.renderOrder = 3;
  body.paint(0, GREY, GREY);

  return {
    objects: [body.object],

    /** `next(moment, points)` -> 57 numbers, metres, display space, or null for nobody; null for no ghost. */
    show(next) {
      pose = next;
    },

    update(moment, points) {
      const joints = pose?.(moment, points) ?? null;
      const there = joints !== null && poseBones(joints, 0, seen, 0, rows, 0);
      body.update(there ? 1 : 0);
      body.object.visible = there;
    },

    setTheme: body.setTheme,
    dispose: body.dispose,
  };
}
