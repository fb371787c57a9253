// The server's clock as seen from here, so that a scene's wall_time can be compared with the moment it is shown.

import { get } from "./api.js";

const AGAIN_MS = 60000;

/**
 * What to believe after another reading. Readings are {offset, took}: seconds that the server's clock is ahead of ours,
 * and milliseconds that asking took, which bounds the error. `believed` is null at first; its `took` is of the quickest
 * reading so far. A slow reading is no news, unless it differs by more than it can err: then a clock has been set.
 */
export function believe(believed, reading) {
  if (believed === null || 1000 * Math.abs(reading.offset - believed.offset) > reading.took) return reading;
  if (reading.took > 2 * believed.took) return believed;
  return { offset: reading.offset, took: Math.min(believed.took, reading.took) };
}

/** `now()`: seconds since 1970 by the server's clock, null until it is known. */
export function createClock() {
  let believed = null;

  async function read() {
    const asked = Date.now();
    const started = performance.now();
    const { now } = await get("api/state").catch(() => ({}));
    const took = performance.now() - started;
    if (typeof now === "number") believed = believe(believed, { offset: now - (asked + took / 2) / 1000, took });
  }

  read();
  setInterval(read, AGAIN_MS);
  return { now: () => (believed === null ? null : Date.now() / 1000 + believed.offset) };
}
