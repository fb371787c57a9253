// Where people have been: fading trails of hands and feet, and the pelvis's path on the floor.

import { isRight, JOINT, JOINT_COUNT, PELVIS } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline/moment.js";
import { createRibbons } from "./ribbons.js";

const TRAILED = [JOINT.left_wrist, JOINT.right_wrist, JOINT.left_ankle, JOINT.right_ankle];
const TRAIL_LIFE_S = 1.0;
const TRAIL_STEP_S = 1 / 30;
const PATH_LIFE_S = 12;
const PATH_STEP_S = 1 / 8;
/** People who stand sway: that is no path. */
const PATH_LEAST_M = 0.25;
const FLOOR_GAP_M = 0.006;
/** A person out of view for longer starts a new line. */
const FORGET_S = 0.6;
/** Faster joints are errors, swapped ids or gaps between scenes: the line breaks there instead of crossing the room. */
const MAX_LIMB_SPEED_M_S = 8;
const MAX_WALK_SPEED_M_S = 5;
/** With fewer scenes, hands and feet have moved too far between two of them for the line between to mean anything. */
const LONGEST_INTERVAL_S = 0.12;
const INTERVAL_SMOOTHING = 0.2;
/** Seconds of a scene's own time: farther on, and anywhere back, is another part of a recording, and another path. */
const LONGEST_LEAP_S = 3;

export function createTrails(colours) {
  const trails = createTrack(
    colours,
    { joints: TRAILED, step: TRAIL_STEP_S, maxSpeed: MAX_LIMB_SPEED_M_S },
    { capacity: 3000, width: 3.2, life: TRAIL_LIFE_S, opacity: 0.75 },
  );
  const path = createTrack(
    colours,
    { joints: [PELVIS], step: PATH_STEP_S, maxSpeed: MAX_WALK_SPEED_M_S, least: PATH_LEAST_M, flat: FLOOR_GAP_M },
    { capacity: 1600, width: 3, life: PATH_LIFE_S, opacity: 0.6 },
  );
  const interval = createIntervalMeter();
  let shown = 0; // wall time, seconds
  path.mesh.renderOrder = 2;
  trails.mesh.renderOrder = 3;
  const tracks = [trails, path];

  return {
    objects: tracks.map((track) => track.mesh),
    update(moment, points, seconds) {
      const leap = moment.wallTime - shown;
      if (leap < 0 || leap > LONGEST_LEAP_S) for (const track of tracks) track.clear();
      shown = moment.wallTime;
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
 * Lines behind `joints` of all people, with a point every `step` seconds if it is `least` metres from the one before;
 * broken where the joint is faster than `maxSpeed`, or the person than anybody walks; all at height `flat` if given.
 */
function createTrack(colours, { joints, step, maxSpeed, least = 0, flat = null }, options) {
  const ribbons = createRibbons(options);
  const followed = [...joints, PELVIS];
  const size = 3 * followed.length;
  const ids = new Int32Array(MAX_PEOPLE).fill(-1);
  const heard = new Float64Array(MAX_PEOPLE).fill(-Infinity);
  const drawnAt = new Float64Array(MAX_PEOPLE * joints.length);
  const last = new Float32Array(MAX_PEOPLE * size); // the ends of the lines
  const before = new Float32Array(MAX_PEOPLE * size); // where everything was a step ago
  const fresh = new Float32Array(size);

  function rowOf(id) {
    let free = 0;
    for (let row = 0; row < MAX_PEOPLE; row++) {
      if (ids[row] === id) return row;
      if (heard[row] < heard[free]) free = row;
    }
    ids[free] = id;
    heard[free] = -Infinity;
    return free;
  }

  function read(slot, points) {
    for (let i = 0; i < followed.length; i++)
      for (let k = 0; k < 3; k++) fresh[3 * i + k] = points[3 * (slot * JOINT_COUNT + followed[i]) + k];
    if (flat !== null) for (let i = 0; i < followed.length; i++) fresh[3 * i + 1] = flat;
  }

  /** Metres from where followed point `i` of `row` was, in `past`. */
  function moved(past, row, i) {
    const at = row * size + 3 * i;
    return Math.hypot(fresh[3 * i] - past[at], fresh[3 * i + 1] - past[at + 1], fresh[3 * i + 2] - past[at + 2]);
  }

  function start(row, i, seconds) {
    for (let k = 0; k < 3; k++) last[row * size + 3 * i + k] = fresh[3 * i + k];
    drawnAt[row * joints.length + i] = seconds;
  }

  function extend(slot, moment, points, seconds, drawn) {
    const row = rowOf(moment.ids[slot]);
    const elapsed = seconds - heard[row];
    if (elapsed < step) return;
    read(slot, points);
    const lost = elapsed >= FORGET_S || moved(before, row, joints.length) > MAX_WALK_SPEED_M_S * elapsed;
    for (let i = 0; i < joints.length; i++) {
      if (lost || !drawn || moved(before, row, i) > maxSpeed * elapsed) start(row, i, seconds);
      else if (moved(last, row, i) >= least)
        draw(row, i, colours.of(moment.colours[slot], isRight(joints[i])), seconds);
    }
    before.set(fresh, row * size);
    heard[row] = seconds;
  }

  function draw(row, i, colour, seconds) {
    const since = drawnAt[row * joints.length + i];
    ribbons.add(last, row * size + 3 * i, fresh, 3 * i, colour[0], colour[1], colour[2], since, seconds);
    start(row, i, seconds);
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
