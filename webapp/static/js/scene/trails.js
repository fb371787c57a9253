// Where people have been: fading trails of hands and feet, and the pelvis's path on the floor.

import { isRight, JOINT, JOINT_COUNT, PELVIS } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline.js";
import { createRibbons } from "./ribbons.js";

const TRAILED = [JOINT.left_wrist, JOINT.right_wrist, JOINT.left_ankle, JOINT.right_ankle];
const TRAIL_LIFE_S = 1.0;
const TRAIL_STEP_S = 1 / 30;
const PATH_LIFE_S = 12;
const PATH_STEP_S = 1 / 8;
const FLOOR_GAP_M = 0.006;
/** A person out of view for longer starts a new line. */
const FORGET_S = 0.4;
/** Faster joints are errors, swapped ids or gaps between scenes: the line breaks there instead of crossing the room. */
const MAX_LIMB_SPEED_M_S = 8;
const MAX_WALK_SPEED_M_S = 5;
/** With fewer scenes, hands and feet have moved too far between two of them for the line between to mean anything. */
const LONGEST_INTERVAL_S = 0.15;
const INTERVAL_SMOOTHING = 0.2;

export function createTrails(colours) {
  const trails = createTrack(
    colours,
    { joints: TRAILED, step: TRAIL_STEP_S, maxSpeed: MAX_LIMB_SPEED_M_S },
    { capacity: 3000, width: 3.2, life: TRAIL_LIFE_S, opacity: 0.75 },
  );
  const path = createTrack(
    colours,
    { joints: [PELVIS], step: PATH_STEP_S, maxSpeed: MAX_WALK_SPEED_M_S, flat: FLOOR_GAP_M },
    { capacity: 1600, width: 3, life: PATH_LIFE_S, opacity: 0.6 },
  );
  const interval = createIntervalMeter();
  path.mesh.renderOrder = 2;
  trails.mesh.renderOrder = 3;
  const tracks = [trails, path];

  return {
    objects: tracks.map((track) => track.mesh),
    update(moment, points, seconds) {
      interval.observe(moment.frame, seconds);
      trails.update(moment, points, seconds, interval.value <= LONGEST_INTERVAL_S);
      path.update(moment, points, seconds, true);
    },
    show({ trails: withTrails, path: withPath }) {
      trails.mesh.visible = withTrails;
      path.mesh.visible = withPath;
    },
    clear: () => tracks.forEach((track) => track.clear()),
    dispose: () => tracks.forEach((track) => track.dispose()),
  };
}

/** Seconds between two scenes, smoothed: how long each frame number is shown. */
function createIntervalMeter() {
  let frame = -1;
  let since = 0;
  const meter = {
    value: 0,
    observe(next, seconds) {
      if (next === frame) return;
      const shown = seconds - since;
      if (frame >= 0 && next > frame) meter.value += (shown - meter.value) * (meter.value > 0 ? INTERVAL_SMOOTHING : 1);
      frame = next;
      since = seconds;
    },
  };
  return meter;
}

/**
 * Lines behind `joints` of all people, a point every `step` seconds, broken where a joint is faster than `maxSpeed`
 * metres a second; all at height `flat` if that is given.
 */
function createTrack(colours, { joints, step, maxSpeed, flat = null }, options) {
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

  /** Whether the line goes on from the last point of joint `i` in `row`. */
  function continues(row, i, seconds) {
    const elapsed = seconds - seen[row];
    if (elapsed >= FORGET_S) return false;
    const at = 3 * (row * joints.length + i);
    const moved = Math.hypot(fresh[3 * i] - last[at], fresh[3 * i + 1] - last[at + 1], fresh[3 * i + 2] - last[at + 2]);
    return moved <= maxSpeed * elapsed;
  }

  function extend(slot, moment, points, seconds, drawn) {
    const row = rowOf(moment.ids[slot]);
    if (seconds - seen[row] < step) return;
    for (let i = 0; i < joints.length; i++) {
      for (let k = 0; k < 3; k++) fresh[3 * i + k] = points[3 * (slot * JOINT_COUNT + joints[i]) + k];
      if (flat !== null) fresh[3 * i + 1] = flat;
      const at = 3 * (row * joints.length + i);
      if (drawn && continues(row, i, seconds)) {
        const colour = colours.of(moment.colours[slot], isRight(joints[i]));
        ribbons.add(last, at, fresh, 3 * i, colour[0], colour[1], colour[2], seen[row], seconds);
      }
      for (let k = 0; k < 3; k++) last[at + k] = fresh[3 * i + k];
    }
    seen[row] = seconds;
  }

  return {
    mesh: ribbons.mesh,
    /** Without `drawn`, points are only remembered. */
    update(moment, points, seconds, drawn) {
      ribbons.setNow(seconds);
      for (let slot = 0; slot < moment.count; slot++) extend(slot, moment, points, seconds, drawn);
    },
    clear() {
      ids.fill(-1);
      ribbons.clear();
    },
    dispose: ribbons.dispose,
  };
}
