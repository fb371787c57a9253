// The server's clock as seen from here, so that a scene's wall_time can be compared with the moment it is shown.

import { get } from "./api.js";

const AGAIN_MS = 60000;

/** `now()`: seconds since 1970 by the server's clock, null until it is known. */
export function createClock() {
  let offset = null;
  let best = Infinity;

  async function read() {
    const asked = Date.now();
    const started = performance.now();
    const { now } = await get("api/state").catch(() => ({}));
    const took = performance.now() - started;
    if (typeof now !== "number" || took > 2 * best) return;
    best = Math.min(best, took);
    offset = now - (asked + took / 2) / 1000;
  }

  read();
  setInterval(read, AGAIN_MS);
  return { now: () => (offset === null ? null : Date.now() / 1000 + offset), read };
}
