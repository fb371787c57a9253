// The cameras of a rig that deliver no pictures, and since when.

/** Seconds without a picture before a camera is called missing: one that is late by a picture or two is not. */
const PATIENCE_S = 1;

/** {name: sentence} of the cameras that are missing; `cameras` as in the server's stats. */
export function missingOf(cameras = []) {
  const missing = cameras.filter(({ missing_s: seconds }) => (seconds ?? 0) >= PATIENCE_S);
  return new Map(missing.map(({ name, missing_s: seconds, problem }) => [name, told(seconds, problem)]));
}

function told(seconds, problem) {
  const since = `missing for ${duration(seconds)}`;
  return problem ? `${since}: ${problem}` : since;
}

/** 12 s, 3 min, 2 h. */
function duration(seconds) {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
