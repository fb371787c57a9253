// The 2D people of recent scenes, by frame: what to draw over a picture.

import { pictured } from "./mosaic.js";

/** Scenes that are kept: about two seconds, more than any picture is late. */
const KEPT = 64;
/** Between scenes farther apart, in frames, people are not interpolated. */
const MAX_GAP = 30;

export function createScenes() {
  /** {frame, size, people}, in the order of frames. */
  const kept = [];

  return {
    /** `scene` as on the wire. */
    push(scene) {
      const { frame } = scene;
      const { size, people } = pictured(scene);
      // A restarted source, or a recording in a loop, counts from its beginning again.
      if (kept.length > 0 && frame <= kept.at(-1).frame) kept.length = 0;
      kept.push({ frame, size, people });
      if (kept.length > KEPT) kept.shift();
    },

    get newest() {
      return kept.at(-1) ?? null;
    },

    /** The scene of `frame`; if it was skipped on a slow connection, between its neighbours; null if unknown. */
    at(frame) {
      const later = kept.findIndex((scene) => scene.frame >= frame);
      if (later < 0) return null;
      if (kept[later].frame === frame) return kept[later];
      const earlier = kept[later - 1];
      if (!earlier || kept[later].frame - earlier.frame > MAX_GAP) return null;
      return between(earlier, kept[later], frame);
    },

    /** The newest scene up to `frame`; null if there is none. */
    upTo: (frame) => kept.findLast((scene) => scene.frame <= frame) ?? null,
  };
}

/** People of both scenes, moved to where they are at `frame`. */
function between(earlier, later, frame) {
  const share = (frame - earlier.frame) / (later.frame - earlier.frame);
  const people = [];
  for (const person of later.people) {
    const before = earlier.people.find(({ id, camera }) => id === person.id && camera === person.camera);
    if (before) people.push({ ...person, keypoints_2d: mixed(before.keypoints_2d, person.keypoints_2d, share) });
  }
  return { frame, size: later.size, people };
}

/** [x, y, confidence] of each joint; null where either has none. */
const mixed = (from, to, share) =>
  from.map((a, joint) => {
    const b = to[joint];
    return a && b ? a.map((value, i) => value + (b[i] - value) * share) : null;
  });
