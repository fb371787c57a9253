// From capture to this screen: how old what is shown is, by the server's clock.

const SMOOTHING = 0.05;

export function createLatency(clock) {
  let shown = -1;
  let value = null;
  return {
    /** `wallTime`: when what was just drawn was captured, seconds since 1970. Held pictures do not count. */
    observe(wallTime) {
      const now = clock.now();
      if (wallTime === 0 || wallTime === shown || now === null) return;
      shown = wallTime;
      const age = 1000 * (now - wallTime);
      value = value === null ? age : value + (age - value) * SMOOTHING;
    },
    /** Milliseconds; null until known. */
    get value() {
      return value === null ? null : Math.max(0, value);
    },
  };
}
