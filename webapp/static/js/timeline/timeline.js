// Scenes as they arrive, played back smoothly: a small ring of scenes and a playhead a little behind the newest, so
// that the display can interpolate between two. All buffers are allocated once; sampling allocates nothing.

import { blend, createMoment, fill } from "./moment.js";
import { createPlayhead } from "./playhead.js";

const SLOTS = 8;

export function createTimeline() {
  const ring = Array.from({ length: SLOTS }, createMoment);
  const playhead = createPlayhead();
  let stored = 0;
  let head = -1;

  const nth = (age) => ring[(head - age + SLOTS) % SLOTS];

  return {
    /** `scene` as on the wire; `now` in milliseconds of performance.now(). */
    push(scene, now) {
      if (stored > 0 && !playhead.continues(scene.time)) {
        stored = 0;
        playhead.reset();
      }
      playhead.observe(scene.time, now);
      head = (head + 1) % SLOTS;
      stored = Math.min(stored + 1, SLOTS);
      fill(ring[head], scene);
    },

    /**
     * Writes what to show at `now` into the moment `out`: between two scenes, or where not `smooth` the earlier of
     * them as it is, which is what the picture shows. False, and nothing written, before the first scene.
     */
    sample(now, out, smooth = true) {
      if (stored === 0) return false;
      const time = playhead.at(now);
      let age = 0;
      while (age < stored - 1 && nth(age).time > time) age++;
      const earlier = nth(age);
      const later = age > 0 ? nth(age - 1) : earlier;
      const span = later.time - earlier.time;
      const share = span > 0 ? Math.min(Math.max((time - earlier.time) / span, 0), 1) : 1;
      if (smooth || share === 1) blend(earlier, later, share, out);
      else blend(earlier, earlier, 1, out);
      return true;
    },

    /** Milliseconds since the newest scene arrived; Infinity before the first. */
    silence: (now) => (stored === 0 ? Infinity : now - playhead.lastArrival),
  };
}
