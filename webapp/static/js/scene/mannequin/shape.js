// The mannequin as a signed distance field: round shapes that melt into each other, each moved by one bone. It stands
// on the floor y = 0 with its arms half raised and faces +z, its left is +x; metres.

/** Where the joints are at rest, by name; right ones mirror the left. */
export const REST = withMirrored({
  pelvis: [0, 0.95, 0],
  neck: [0, 1.46, -0.01],
  nose: [0, 1.645, 0.105],
  left_ear: [0.074, 1.66, -0.005],
  left_shoulder: [0.178, 1.42, -0.01],
  left_elbow: [0.4155, 1.254, -0.01],
  left_wrist: [0.6285, 1.105, -0.005],
  left_hip: [0.092, 0.93, 0],
  left_knee: [0.137, 0.5, 0.005],
  left_ankle: [0.17, 0.085, -0.015],
});

/** The bones: what they are at rest, from a joint to the next one; `parent` is an index, -1 for the first. */
export const BONES = [
  { name: "pelvis", parent: -1 },
  { name: "chest", parent: 0 },
  { name: "head", parent: 1 },
  ...["left", "right"].flatMap((side, i) => [
    { name: `${side}_upper_arm`, parent: 1, from: `${side}_shoulder`, to: `${side}_elbow` },
    { name: `${side}_forearm`, parent: 3 + 5 * i, from: `${side}_elbow`, to: `${side}_wrist` },
    { name: `${side}_thigh`, parent: 0, from: `${side}_hip`, to: `${side}_knee` },
    { name: `${side}_shin`, parent: 5 + 5 * i, from: `${side}_knee`, to: `${side}_ankle` },
    { name: `${side}_foot`, parent: 6 + 5 * i },
  ]),
];
export const BONE_COUNT = BONES.length;
export const BONE = Object.fromEntries(BONES.map(({ name }, index) => [name, index]));

const SOLE_M = 0.004;
/** The palm's normal: hands hang with the palms to the body. */
const PALM = [-0.574, -0.819, 0];

const along = (from, to, share) => from.map((value, k) => value + share * (to[k] - value));
const beside = (point, offset) => point.map((value, k) => value + offset[k]);

const ellipsoid = (bone, centre, radii, melt) => ({ bone, centre, radii, melt });
/** A cone with round ends, `bulge` thicker in its middle; `thin`: [normal, share of the thickness along it]. */
const cone = (bone, from, to, startRadius, endRadius, melt, { bulge = 0, thin = null } = {}) => ({
  bone,
  from,
  to,
  startRadius,
  endRadius,
  melt,
  bulge,
  thin,
});

const MIDDLE = [
  ellipsoid("pelvis", [0, 0.97, 0], [0.15, 0.105, 0.1], 0.05),
  ellipsoid("pelvis", [0, 1.1, 0.002], [0.13, 0.15, 0.092], 0.08),
  ellipsoid("chest", [0, 1.285, -0.006], [0.158, 0.17, 0.108], 0.08),
  cone("chest", [-0.135, 1.405, -0.016], [0.135, 1.405, -0.016], 0.05, 0.05, 0.06),
  cone("chest", [0, 1.43, -0.02], [0, 1.52, -0.012], 0.058, 0.051, 0.05),
  cone("head", [0, 1.52, -0.012], [0, 1.63, 0.0], 0.051, 0.05, 0.03),
  ellipsoid("head", [0, 1.705, -0.012], [0.074, 0.088, 0.094], 0.02),
  ellipsoid("head", [0, 1.66, 0.022], [0.06, 0.09, 0.072], 0.04),
  ellipsoid("head", [0, 1.598, 0.04], [0.043, 0.045, 0.05], 0.05),
  cone("head", [0, 1.682, 0.088], [0, 1.643, 0.104], 0.007, 0.013, 0.022),
];

const { left_shoulder, left_elbow, left_wrist, left_hip, left_knee, left_ankle } = REST;
const LEFT = [
  ellipsoid("pelvis", [0.072, 0.925, -0.042], [0.08, 0.085, 0.07], 0.05),
  ellipsoid("chest", [0.075, 1.342, 0.056], [0.085, 0.06, 0.038], 0.06),
  cone("chest", [0.03, 1.49, -0.018], [0.13, 1.44, -0.02], 0.032, 0.03, 0.06),
  ellipsoid("head", [0.073, 1.66, -0.008], [0.01, 0.03, 0.018], 0.014),
  ellipsoid("left_upper_arm", beside(left_shoulder, [0.004, -0.012, 0]), [0.058, 0.062, 0.058], 0.05),
  cone("left_upper_arm", left_shoulder, left_elbow, 0.049, 0.04, 0.04, { bulge: 0.006 }),
  cone("left_forearm", left_elbow, left_wrist, 0.041, 0.028, 0.025, { bulge: 0.006 }),
  cone("left_forearm", along(left_elbow, left_wrist, 1.14), along(left_elbow, left_wrist, 1.54), 0.036, 0.026, 0.05, {
    thin: [PALM, 0.5],
    bulge: 0.004,
  }),
  cone(
    "left_forearm",
    beside(along(left_elbow, left_wrist, 1.12), [0, 0, 0.018]),
    beside(along(left_elbow, left_wrist, 1.33), [0, 0, 0.046]),
    0.015,
    0.011,
    0.02,
  ),
  cone("left_thigh", beside(left_hip, [0.004, -0.02, 0.004]), left_knee, 0.086, 0.056, 0.06, { bulge: 0.007 }),
  cone("left_shin", left_knee, left_ankle, 0.054, 0.036, 0.05),
  ellipsoid("left_shin", beside(along(left_knee, left_ankle, 0.32), [0, 0, -0.02]), [0.05, 0.125, 0.047], 0.06),
  ellipsoid("left_foot", [0.17, 0.045, -0.03], [0.033, 0.045, 0.042], 0.04),
  cone("left_foot", [0.17, 0.048, -0.005], [0.182, 0.022, 0.15], 0.038, 0.032, 0.04, { thin: [[0, 1, 0], 0.72] }),
];

const mirrorPoint = ([x, y, z]) => [-x, y, z];
const mirrored = (part) => ({
  ...part,
  bone: part.bone.replace("left", "right"),
  ...(part.centre ? { centre: mirrorPoint(part.centre) } : {}),
  ...(part.from ? { from: mirrorPoint(part.from), to: mirrorPoint(part.to) } : {}),
  ...(part.thin ? { thin: [mirrorPoint(part.thin[0]), part.thin[1]] } : {}),
});

const PARTS = [...MIDDLE, ...LEFT, ...LEFT.map(mirrored)].map((part) => ({
  ...part,
  bone: BONE[part.bone],
  ...boundsOf(part),
}));

/** A sphere around the part. */
function boundsOf({ centre, radii, from, to, startRadius, endRadius, bulge }) {
  if (centre) return { middle: centre, extent: Math.max(...radii) };
  const reach = Math.max(startRadius, endRadius) + bulge;
  return { middle: along(from, to, 0.5), extent: reach + Math.hypot(...to.map((value, k) => value - from[k])) / 2 };
}

/** Metres from (x, y, z) to the surface, negative inside; the distance to each bone's own parts goes to `perBone`. */
export function distance(x, y, z, perBone = null) {
  perBone?.fill(Infinity);
  let nearest = Infinity;
  for (const part of PARTS) {
    if (!perBone && isFar(part, x, y, z, nearest + part.melt)) continue;
    const own = part.centre ? toEllipsoid(part, x, y, z) : toCone(part, x, y, z);
    if (perBone && own < perBone[part.bone]) perBone[part.bone] = own;
    nearest = melted(nearest, own, part.melt);
  }
  return Math.max(nearest, SOLE_M - y);
}

/** Whether the part is farther away than `reach`: then it changes nothing. */
function isFar({ middle, extent }, x, y, z, reach) {
  const dx = x - middle[0];
  const dy = y - middle[1];
  const dz = z - middle[2];
  const limit = Math.max(extent + reach, 0);
  return dx * dx + dy * dy + dz * dz > limit * limit;
}

/** A smooth minimum: within `reach` of each other two distances melt together. */
function melted(a, b, reach) {
  const near = Math.max(reach - Math.abs(a - b), 0) / reach;
  return Math.min(a, b) - (near * near * reach) / 4;
}

/** An estimate, exact on the surface: k (k - 1) / |∇|, with k the norm of the point in units of the radii. */
function toEllipsoid({ centre, radii }, x, y, z) {
  const px = (x - centre[0]) / radii[0];
  const py = (y - centre[1]) / radii[1];
  const pz = (z - centre[2]) / radii[2];
  const size = Math.sqrt(px * px + py * py + pz * pz);
  const slope = Math.sqrt((px / radii[0]) ** 2 + (py / radii[1]) ** 2 + (pz / radii[2]) ** 2);
  return slope > 0 ? (size * (size - 1)) / slope : -Math.min(...radii);
}

function toCone({ from, to, startRadius, endRadius, bulge, thin }, x, y, z) {
  const ax = to[0] - from[0];
  const ay = to[1] - from[1];
  const az = to[2] - from[2];
  const px = x - from[0];
  const py = y - from[1];
  const pz = z - from[2];
  const share = Math.min(Math.max((px * ax + py * ay + pz * az) / (ax * ax + ay * ay + az * az), 0), 1);
  const dx = px - share * ax;
  const dy = py - share * ay;
  const dz = pz - share * az;
  let square = dx * dx + dy * dy + dz * dz;
  if (thin) {
    const across = dx * thin[0][0] + dy * thin[0][1] + dz * thin[0][2];
    square += across * across * (1 / (thin[1] * thin[1]) - 1);
  }
  return Math.sqrt(square) - (startRadius + share * (endRadius - startRadius) + bulge * Math.sin(Math.PI * share));
}

function withMirrored(points) {
  const right = Object.entries(points).filter(([name]) => name.startsWith("left"));
  return {
    ...points,
    ...Object.fromEntries(right.map(([name, [x, y, z]]) => [name.replace("left", "right"), [-x, y, z]])),
  };
}
