// Scenes in the order of their times: what every tape is made of.

/** Seconds: a time that is earlier than a scene's by less is that scene's; times have been rounded on their way. */
export const SAME_TIME_S = 0.002;

/** Index of the last of the sorted `times` up to `time`; -1 if all are later. */
export function lastUpTo(times, time) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function createReel() {
  const times = [];
  const scenes = [];

  return {
    times,
    scenes,

    /** Times must not decrease: a scene with an earlier one is given the time of the one before it. */
    add(time, scene) {
      times.push(Math.max(time, times.at(-1) ?? -Infinity));
      scenes.push(scene);
    },

    /** Drops all scenes before `time`. */
    dropBefore(time) {
      const count = lastUpTo(times, time - SAME_TIME_S) + 1;
      times.splice(0, count);
      scenes.splice(0, count);
    },

    clear() {
      times.length = 0;
      scenes.length = 0;
    },

    /** The scenes with times from `from` up to `to`. */
    between: (from, to) => scenes.slice(lastUpTo(times, from - SAME_TIME_S) + 1, lastUpTo(times, to + SAME_TIME_S) + 1),

    /** The index of the scene that is shown at `time`: the last one up to it; -1 if there is none. */
    indexAt: (time) => lastUpTo(times, time + SAME_TIME_S),
  };
}
