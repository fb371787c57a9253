// A moment: what is shown of people at one time, in buffers that are allocated once.

import { JOINT_COUNT } from "../skeleton.js";

export const MAX_PEOPLE = 32;

/** Where a person's height comes from; moments hold the index. */
export const HEIGHT_KINDS = ["assumed", "relative", "measured", "given"];

export const mix = (a, b, share) => a + (b - a) * share;

/** Buffers for one moment: people with 3D only, joints in metres, `confidence` 0 where a joint was not detected. */
export function createMoment() {
  return {
    frame: -1,
    time: 0,
    wallTime: 0,
    count: 0,
    ids: new Int32Array(MAX_PEOPLE),
    colours: new Int32Array(MAX_PEOPLE), // indices into the palette
    heights: new Float32Array(MAX_PEOPLE), // metres; NaN if the scene does not say
    heightKinds: new Uint8Array(MAX_PEOPLE),
    world: new Float32Array(MAX_PEOPLE * JOINT_COUNT * 3),
    camera: new Float32Array(MAX_PEOPLE * JOINT_COUNT * 3),
    confidence: new Float32Array(MAX_PEOPLE * JOINT_COUNT),
  };
}

/** Writes a scene, as on the wire, into `moment`. */
export function fill(moment, scene) {
  moment.frame = scene.frame;
  moment.time = scene.time;
  moment.wallTime = scene.wall_time;
  moment.count = 0;
  for (const person of scene.people) {
    if (person.joints_3d.length === 0 || moment.count === MAX_PEOPLE) continue;
    const slot = moment.count++;
    moment.ids[slot] = person.id;
    moment.colours[slot] = person.colour ?? person.id;
    moment.heights[slot] = person.height_m ?? NaN;
    moment.heightKinds[slot] = Math.max(HEIGHT_KINDS.indexOf(person.height_kind), 0);
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const at = slot * JOINT_COUNT + joint;
      moment.world.set(person.joints_3d[joint], 3 * at);
      moment.camera.set(person.joints_camera[joint], 3 * at);
      moment.confidence[at] = person.keypoints_2d[joint]?.[2] ?? 0;
    }
  }
}

/** People of `later`; those who are in `earlier` too are interpolated, `share` 0..1 of the way from there. */
export function blend(earlier, later, share, out) {
  out.frame = share < 1 ? earlier.frame : later.frame;
  out.time = mix(earlier.time, later.time, share);
  out.wallTime = mix(earlier.wallTime, later.wallTime, share);
  out.count = later.count;
  for (let slot = 0; slot < later.count; slot++) {
    out.ids[slot] = later.ids[slot];
    out.colours[slot] = later.colours[slot];
    out.heights[slot] = later.heights[slot];
    out.heightKinds[slot] = later.heightKinds[slot];
    const before = slotOf(earlier, later.ids[slot]);
    const from = before < 0 ? later : earlier;
    const source = (before < 0 ? slot : before) * JOINT_COUNT;
    const target = slot * JOINT_COUNT;
    blendRange(from.world, later.world, out.world, 3 * source, 3 * target, 3 * JOINT_COUNT, share);
    blendRange(from.camera, later.camera, out.camera, 3 * source, 3 * target, 3 * JOINT_COUNT, share);
    blendRange(from.confidence, later.confidence, out.confidence, source, target, JOINT_COUNT, share);
  }
}

function blendRange(from, to, out, source, target, length, share) {
  for (let i = 0; i < length; i++) out[target + i] = mix(from[source + i], to[target + i], share);
}

function slotOf(moment, id) {
  for (let slot = 0; slot < moment.count; slot++) if (moment.ids[slot] === id) return slot;
  return -1;
}
