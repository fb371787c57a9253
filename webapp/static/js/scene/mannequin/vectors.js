// Vectors and rotations as plain arrays, without allocation: three numbers, and nine by rows.

export const smooth = (share) => {
  const t = Math.min(Math.max(share, 0), 1);
  return t * t * (3 - 2 * t);
};
export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const length = (vector) => Math.hypot(vector[0], vector[1], vector[2]);
export const difference = (a, b) => a.map((value, k) => value - b[k]);
export const unit = (vector) => normalise(Float64Array.from(vector));

export function cross(out, a, b) {
  out[0] = a[1] * b[2] - a[2] * b[1];
  out[1] = a[2] * b[0] - a[0] * b[2];
  out[2] = a[0] * b[1] - a[1] * b[0];
  return out;
}

/** Removes the part of `vector` along the unit vector `axis`. */
export function reject(vector, axis) {
  const share = dot(vector, axis);
  for (let k = 0; k < 3; k++) vector[k] -= share * axis[k];
}

export function normalise(vector) {
  const size = length(vector);
  if (size > 0) for (let k = 0; k < 3; k++) vector[k] /= size;
  return vector;
}

/** The rotation about a unit axis. */
export function turnAbout(out, axis, angle) {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const t = 1 - c;
  const ax = axis[0];
  const ay = axis[1];
  const az = axis[2];
  out[0] = t * ax * ax + c;
  out[1] = t * ax * ay - s * az;
  out[2] = t * ax * az + s * ay;
  out[3] = t * ax * ay + s * az;
  out[4] = t * ay * ay + c;
  out[5] = t * ay * az - s * ax;
  out[6] = t * ax * az - s * ay;
  out[7] = t * ay * az + s * ax;
  out[8] = t * az * az + c;
}

const axis = new Float64Array(3);

/** The rotation from the unit vector `a` to `b` by the shortest way. */
export function shortestArc(out, a, b) {
  const cosine = dot(a, b);
  cross(axis, a, b);
  const sine = length(axis);
  if (sine < 1e-6) {
    axis[0] = Math.abs(a[0]) < 0.9 ? 1 : 0; // none, or half a turn about any axis across
    axis[1] = 1 - axis[0];
    axis[2] = 0;
    reject(axis, a);
  }
  normalise(axis);
  turnAbout(out, axis, Math.atan2(sine, cosine));
}

export function multiply(out, a, b) {
  for (let row = 0; row < 3; row++) {
    const at = 3 * row;
    for (let column = 0; column < 3; column++)
      out[at + column] = a[at] * b[column] + a[at + 1] * b[3 + column] + a[at + 2] * b[6 + column];
  }
  return out;
}

export function apply(out, m, vector) {
  for (let row = 0; row < 3; row++)
    out[row] = m[3 * row] * vector[0] + m[3 * row + 1] * vector[1] + m[3 * row + 2] * vector[2];
}

/** The matrix with these columns. */
export function columns(out, a, b, c) {
  for (let row = 0; row < 3; row++) {
    out[3 * row] = a[row];
    out[3 * row + 1] = b[row];
    out[3 * row + 2] = c[row];
  }
}
