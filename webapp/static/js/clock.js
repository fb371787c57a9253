// Estimates the server's clock, so that the age of a scene (wall_time) can be measured when it is shown.

import { get } from "./api.js";

const AGAIN_MS = 60000;

/**
 * The new estimate of the clock offset after `reading`, given the last `estimate` (null at first). Both are
 * {offset, took}: seconds that the server's clock is ahead, and milliseconds of the round trip, which bounds the error;
 * the estimate keeps the smallest `took`. A slow reading is ignored unless it differs by more than its own error: then
 * one of the clocks has been set.
 */
export function updateEstimate(estimate, reading) {
  if (estimate === null || 1000 * Math.abs(reading.offset - estimate.offset) > reading.took) return reading;
  if (reading.took > 2 * estimate.took) return estimate;
  return { offset: reading.offset, took: Math.min(estimate.took, reading.took) };
}

/** `now()`: seconds since 1970 by the server's clock, null until it is known. */
export function createClock() {
  let estimate = null;

  async function read() {
    const asked = Date.now();
    const started = performance.now();
    const { now } = await get("api/state").catch(() => ({}));
    const took = performance.now() - started;
    if (typeof now === "number") estimate = updateEstimate(estimate, { offset: now - (asked + took / 2) / 1000, took });
  }

  read();
  setInterval(read, AGAIN_MS);
  return { now: () => (estimate === null ? null : Date.now() / 1000 + estimate.offset) };
}
