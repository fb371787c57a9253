// The live tape: the scenes of the last minute, kept in this browser. Times are seconds since the page's first scene.

import { createComings } from "./comings.js";
import { createReel, SAME_TIME_S } from "./reel.js";

export const KEPT_S = 60;
/** While somebody looks back, nothing is dropped until this much is kept; then new scenes are left out. */
const HELD_S = 120;

export function createLiveTape() {
  const reel = createReel();
  const comings = createComings();
  let origin = 0; // wall time of time 0
  let held = false;
  let marks = [];

  function clear() {
    reel.clear();
    comings.clear();
    marks = [];
  }

  function trim(end) {
    reel.dropBefore(end - KEPT_S);
    if (marks.length > 0 && marks[0].time < reel.times[0]) marks = marks.filter(({ time }) => time >= reel.times[0]);
  }

  const tape = {
    kind: "live",
    name: null,
    title: "Live",
    video: false,

    get start() {
      return reel.times[0] ?? 0;
    },
    get end() {
      return reel.times.at(-1) ?? 0;
    },
    get marks() {
      return marks;
    },

    /** Seconds on this tape of a scene, and of a wall time. */
    timeOf: (scene) => scene.wall_time - origin,
    timeAt: (wallTime) => wallTime - origin,

    /** A scene as it arrives. A wall clock that was set, or a long silence, begins the tape again. */
    push(scene) {
      if (reel.times.length === 0) origin = scene.wall_time;
      const time = scene.wall_time - origin;
      const gap = time - tape.end;
      if (gap < -1 || gap > KEPT_S) {
        clear();
        origin = scene.wall_time;
        return tape.push(scene);
      }
      if (held && time - tape.start > HELD_S) return undefined;
      reel.add(time, scene);
      const fresh = comings.see(time, scene);
      if (fresh.length > 0) marks = [...marks, ...fresh].sort((a, b) => a.time - b.time);
      if (!held) trim(time);
      return undefined;
    },

    /** While held, what is kept stays. */
    hold(is) {
      if (held === is) return;
      held = is;
      // What was left out meanwhile would be a hole: the tape begins again.
      if (!held && tape.end - tape.start > HELD_S - 1) clear();
      else if (!held) trim(tape.end);
    },

    scenes: reel.between,
    load: () => Promise.resolve(),
    follow() {},
    has: () => reel.times.length > 0,

    at(time) {
      return reel.scenes[Math.max(0, reel.indexAt(time))] ?? null;
    },

    /** The scene after the one shown at `time`, and its time; null at the end. */
    after(time) {
      const index = reel.indexAt(time) + 1;
      return index < reel.times.length ? { scene: reel.scenes[index], time: reel.times[index] } : null;
    },

    /** The time of the scene `n` scenes from the one shown at `time`; null if it is not at hand. */
    stepped(time, n) {
      const last = reel.times.length - 1;
      return last < 0 ? null : reel.times[Math.min(Math.max(reel.indexAt(time) + n, 0), last)];
    },

    /** Whether `time` is the newest there is. */
    isEnd: (time) => time >= tape.end - SAME_TIME_S,
  };
  return tape;
}
