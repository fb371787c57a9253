// The playback clock: which media time to show now, given the arrival times of scenes so far.

/** Longest playback delay after arrival, however slow or uneven the source. */
const MAX_DELAY_MS = 250;
/** A larger jump of media time is another source, or a loop: playback restarts instead of interpolating. */
const MAX_JUMP_S = 2;
/** How fast the estimated minimum lag rises when the connection becomes slower, per scene. */
const DRIFT = 0.02;
const SMOOTHING = 0.1;

export function createPlayhead() {
  let offset = 0; // ms: smallest recent difference of arrival and media time
  let interval = 0; // ms between scenes, smoothed
  let jitter = 0; // ms that scenes arrive later than the minimum lag, smoothed
  let latest = null; // s of media time

  const playhead = {
    lastArrival: 0,

    continues: (time) => latest === null || (time > latest && time - latest < MAX_JUMP_S),

    reset() {
      latest = null;
    },

    /** A scene of media time `time` [s] arrived at `now` [ms]. */
    observe(time, now) {
      const lag = now - 1000 * time;
      if (latest === null) {
        offset = lag;
        interval = 0;
        jitter = 0;
      } else {
        const step = 1000 * (time - latest);
        interval = interval === 0 ? step : interval + (step - interval) * SMOOTHING;
        offset = lag < offset ? lag : offset + (lag - offset) * DRIFT;
        jitter += (lag - offset - jitter) * SMOOTHING;
      }
      latest = time;
      playhead.lastArrival = now;
    },

    /** Media time [s] to show at `now` [ms]: one interval late, plus the jitter. */
    at: (now) => (now - offset - Math.min(interval + jitter, MAX_DELAY_MS)) / 1000,
  };
  return playhead;
}
