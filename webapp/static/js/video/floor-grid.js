// The floor as a camera sees it: lines a metre apart in the world's ground plane, and the horizon, in frame pixels.

/** Metres around the place below the camera within which lines are drawn. */
const REACH_M = 8;
/** Nearer than this to the camera's plane, in metres, lines are cut off. */
const NEAR_M = 0.1;
const STRONG_EVERY = 5;

/**
 * `camera`: {extrinsics: {R, t}, up, fx, fy, cx, cy} as in /api/state; `height`: of the floor above the world's origin.
 * Each line: {world: [from, to] in metres, image: [[u, v], [u, v]] in pixels, strong}. Lines behind the camera are
 * missing, and those that reach behind it are cut.
 */
export function floorLines(camera, height = 0) {
  const axis = "xyz".indexOf(camera.up[1]);
  const across = [0, 1, 2].filter((other) => other !== axis);
  const level = camera.up[0] === "+" ? height : -height;
  const centre = positionOf(camera).map(Math.round);
  const point = (a, b) => {
    const place = [0, 0, 0];
    place[axis] = level;
    place[across[0]] = a;
    place[across[1]] = b;
    return place;
  };
  const [a0, b0] = across.map((other) => centre[other]);
  const lines = [];
  for (let step = -REACH_M; step <= REACH_M; step++) {
    for (const [from, to, at] of [
      [point(a0 + step, b0 - REACH_M), point(a0 + step, b0 + REACH_M), a0 + step],
      [point(a0 - REACH_M, b0 + step), point(a0 + REACH_M, b0 + step), b0 + step],
    ]) {
      const seen = cut(camera, from, to);
      if (seen) lines.push({ ...seen, strong: at % STRONG_EVERY === 0 });
    }
  }
  return lines;
}

/** Where the floor ends far away: two points of a straight line, in frame pixels; null if there is none. */
export function horizon({ extrinsics: { R }, up, fx, fy, cx, cy, image_size: [width] }) {
  const axis = "xyz".indexOf(up[1]);
  const sign = up[0] === "+" ? 1 : -1;
  const [x, y, z] = R.map((row) => sign * row[axis]); // up, in the camera's frame
  if (Math.abs(y) < 1e-3) return null;
  const at = (u) => cy - (fy / y) * ((x * (u - cx)) / fx + z);
  return [
    [0, at(0)],
    [width, at(width)],
  ];
}

/** Metres, world frame: -R^T t. */
function positionOf({ extrinsics: { R, t } }) {
  return [0, 1, 2].map((column) => -R.reduce((sum, row, index) => sum + row[column] * t[index], 0));
}

const seenBy = ({ extrinsics: { R, t } }, point) =>
  R.map((row, index) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2] + t[index]);

const pixel = ({ fx, fy, cx, cy }, [x, y, z]) => [(fx * x) / z + cx, (fy * y) / z + cy];

function cut(camera, from, to) {
  const ends = [seenBy(camera, from), seenBy(camera, to)];
  const world = [from, to];
  if (ends[0][2] < NEAR_M && ends[1][2] < NEAR_M) return null;
  for (const [near, far] of [
    [0, 1],
    [1, 0],
  ]) {
    if (ends[near][2] >= NEAR_M) continue;
    const share = (NEAR_M - ends[near][2]) / (ends[far][2] - ends[near][2]);
    const between = (a, b) => a.map((value, index) => value + share * (b[index] - value));
    ends[near] = between(ends[near], ends[far]);
    world[near] = between(world[near], world[far]);
  }
  return { world, image: ends.map((end) => pixel(camera, end)) };
}
