// People: a shaded figure each, soft shadows under them, and their joints where bodies are switched off.

import { JOINT_COUNT, PELVIS } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline/moment.js";
import { createJoints } from "./joints.js";
import { PERSON_FLOATS, poseBones } from "./mannequin/rig.js";
import { createMannequins } from "./mannequins.js";
import { createShadows } from "./shadows.js";

/** Confidence from which a joint counts as seen altogether. */
const FULL_CONFIDENCE = 0.25;
/** Parts of bodies that are seen less are left out where only what was detected is shown. */
const SEEN_AT_LEAST = 0.5;
const SHADOW = { dark: 0.5, light: 0.3 };

/** `coarseness`: of the bodies, 1 or more. */
export function createPeople(colours, coarseness = 1) {
  const rows = new Float32Array(PERSON_FLOATS * MAX_PEOPLE);
  const bodies = createMannequins(MAX_PEOPLE, rows, coarseness);
  const shadows = createShadows(MAX_PEOPLE);
  const joints = createJoints(colours);
  const painted = new Int32Array(MAX_PEOPLE).fill(-1);
  const seen = new Float32Array(MAX_PEOPLE * JOINT_COUNT);
  let version = -1;

  function paint(slot, colour) {
    if (painted[slot] === colour) return;
    painted[slot] = colour;
    bodies.paint(slot, colours.of(colour), colours.of(colour, true));
  }

  function measure(slot, confidence) {
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const at = slot * JOINT_COUNT + joint;
      seen[at] = joint === PELVIS ? 1 : Math.min(confidence[at] / FULL_CONFIDENCE, 1);
    }
  }

  function pose(slot, points) {
    const base = slot * JOINT_COUNT;
    const row = PERSON_FLOATS * slot;
    if (!poseBones(points, 3 * base, seen, base, rows, row)) rows.fill(0, row, row + PERSON_FLOATS);
  }

  return {
    objects: [shadows.mesh, bodies.object, joints.mesh],

    /** `points`: the moment's joints in display space; `hovered`: {slot, joint}, -1 where none. */
    update(moment, points, hovered) {
      if (version !== colours.version) painted.fill(-1);
      version = colours.version;
      for (let slot = 0; slot < moment.count; slot++) {
        paint(slot, moment.colours[slot]);
        measure(slot, moment.confidence);
        pose(slot, points);
      }
      bodies.update(moment.count);
      shadows.update(moment, points);
      joints.update(moment, points, seen, hovered);
    },

    setTheme(theme, backdrop) {
      bodies.setTheme(theme, backdrop);
      shadows.setOpacity(SHADOW[theme]);
    },

    show(options) {
      bodies.object.visible = options.limbs;
      bodies.hideBelow(options.seen ? SEEN_AT_LEAST : -1);
      shadows.mesh.visible = options.shadow;
      joints.show(options);
    },

    dispose() {
      bodies.dispose();
      shadows.dispose();
      joints.dispose();
    },
  };
}
