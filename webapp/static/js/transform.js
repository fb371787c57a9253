// Rigid transforms and the page's only change of axes. A transform is a Float64Array of 12: the rows of a 3x3
// matrix, then the translation in metres. Names read target_from_source, as in the Python code.

/** Rotations that turn the world's up axis to +y, the axis that points up in the 3D view. All are proper (det +1). */
const Y_FROM_UP = {
  "+x": [0, -1, 0, 1, 0, 0, 0, 0, 1],
  "-x": [0, 1, 0, -1, 0, 0, 0, 0, 1],
  "+y": [1, 0, 0, 0, 1, 0, 0, 0, 1],
  "-y": [1, 0, 0, 0, -1, 0, 0, 0, -1],
  "+z": [1, 0, 0, 0, 0, 1, 0, -1, 0],
  "-z": [1, 0, 0, 0, 0, -1, 0, 1, 0],
};

export const UP_AXES = Object.keys(Y_FROM_UP);

export const identity = () => Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0);

/** World of the extrinsics -> display: y up, the floor (`floorOffset` metres above the world's origin) at y = 0. */
export function displayFromWorld(up, floorOffset = 0) {
  return Float64Array.of(...Y_FROM_UP[up], 0, -floorOffset, 0);
}

/** X_world = R^T (X_camera - t), from extrinsics {R: 3x3, t: [m, m, m]} that mean X_camera = R X_world + t. */
export function worldFromCamera({ R, t }) {
  const rows = [0, 1, 2].map((column) => R.map((row) => row[column]));
  const origin = rows.map((row) => -(row[0] * t[0] + row[1] * t[1] + row[2] * t[2]));
  return Float64Array.of(...rows.flat(), ...origin);
}

/** c_from_b, b_from_a -> c_from_a */
export function compose(cFromB, bFromA) {
  const result = new Float64Array(12);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      for (let k = 0; k < 3; k++) result[3 * row + column] += cFromB[3 * row + k] * bFromA[3 * k + column];
    }
    result[9 + row] = cFromB[9 + row];
    for (let k = 0; k < 3; k++) result[9 + row] += cFromB[3 * row + k] * bFromA[9 + k];
  }
  return result;
}

/** Transforms `count` points of `source` (packed x, y, z, from index `start`) into the same places of `target`. */
export function transformPoints(transform, source, target, start, count) {
  for (let i = start; i < start + 3 * count; i += 3) {
    const x = source[i];
    const y = source[i + 1];
    const z = source[i + 2];
    target[i] = transform[0] * x + transform[1] * y + transform[2] * z + transform[9];
    target[i + 1] = transform[3] * x + transform[4] * y + transform[5] * z + transform[10];
    target[i + 2] = transform[6] * x + transform[7] * y + transform[8] * z + transform[11];
  }
}

export function transformPoint(transform, [x, y, z]) {
  const target = [x, y, z];
  transformPoints(transform, target, target, 0, 1);
  return target;
}
