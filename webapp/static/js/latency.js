// Latency from capture to this screen, measured with the server's clock.

const SMOOTHING = 0.05;

export function createLatency(clock) {
  let shown = -1;
  let value = null;
  return {
    /** `wallTime`: capture time of the frame just drawn, seconds since 1970. Repeated frames do not count. */
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
