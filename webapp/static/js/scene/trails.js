// Where people have been: fading trails of hands and feet, and the pelvis's path on the floor.

import { isRight, JOINT, JOINT_COUNT, PELVIS } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline.js";
import { colourFor } from "./people.js";
import { createRibbons } from "./ribbons.js";

const TRAILED = [JOINT.left_wrist, JOINT.right_wrist, JOINT.left_ankle, JOINT.right_ankle];
const TRAIL_LIFE_S = 1.0;
const TRAIL_STEP_S = 1 / 30;
const PATH_LIFE_S = 12;
const PATH_STEP_S = 1 / 8;
const FLOOR_GAP_M = 0.006;
/** Somebody gone for longer starts a new line: no streak across the room. */
const FORGET_S = 0.4;

export function createTrails() {
  const trails = createTrack(TRAILED, TRAIL_STEP_S, { capacity: 3000, width: 3.2, life: TRAIL_LIFE_S, opacity: 0.75 });
  const path = createTrack(
    [PELVIS],
    PATH_STEP_S,
    { capacity: 1600, width: 3, life: PATH_LIFE_S, opacity: 0.6 },
    FLOOR_GAP_M,
  );
  path.mesh.renderOrder = 2;
  trails.mesh.renderOrder = 3;
  const tracks = [trails, path];

  return {
    objects: tracks.map((track) => track.mesh),
    update(moment, points, seconds) {
      for (const track of tracks) track.update(moment, points, seconds);
    },
    show({ trails: withTrails, path: withPath }) {
      trails.mesh.visible = withTrails;
      path.mesh.visible = withPath;
    },
    clear: () => tracks.forEach((track) => track.clear()),
    dispose: () => tracks.forEach((track) => track.dispose()),
  };
}

/** Lines behind `joints` of everybody, a point every `step` seconds; all at height `flat` where that is given. */
function createTrack(joints, step, options, flat = null) {
  const ribbons = createRibbons(options);
  const ids = new Int32Array(MAX_PEOPLE).fill(-1);
  const seen = new Float64Array(MAX_PEOPLE).fill(-Infinity);
  const last = new Float32Array(MAX_PEOPLE * joints.length * 3);
  const fresh = new Float32Array(joints.length * 3);

  function rowOf(id) {
    let free = 0;
    for (let row = 0; row < MAX_PEOPLE; row++) {
      if (ids[row] === id) return row;
      if (seen[row] < seen[free]) free = row;
    }
    ids[free] = id;
    seen[free] = -Infinity;
    return free;
  }

  function extend(slot, id, points, seconds) {
    const row = rowOf(id);
    if (seconds - seen[row] < step) return;
    for (let i = 0; i < joints.length; i++) {
      for (let k = 0; k < 3; k++) fresh[3 * i + k] = points[3 * (slot * JOINT_COUNT + joints[i]) + k];
      if (flat !== null) fresh[3 * i + 1] = flat;
      const at = 3 * (row * joints.length + i);
      if (seconds - seen[row] < FORGET_S) {
        const colour = colourFor(id, isRight(joints[i]));
        ribbons.add(last, at, fresh, 3 * i, colour[0], colour[1], colour[2], seen[row], seconds);
      }
      for (let k = 0; k < 3; k++) last[at + k] = fresh[3 * i + k];
    }
    seen[row] = seconds;
  }

  return {
    mesh: ribbons.mesh,
    update(moment, points, seconds) {
      ribbons.setNow(seconds);
      for (let slot = 0; slot < moment.count; slot++) extend(slot, moment.ids[slot], points, seconds);
    },
    clear() {
      ids.fill(-1);
      ribbons.clear();
    },
    dispose: ribbons.dispose,
  };
}
