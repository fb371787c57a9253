// Vectors of three numbers, as arrays.

/** Metres; what is shorter has no direction. */
const SMALLEST_M = 1e-6;

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
export const length = (a) => Math.hypot(a[0], a[1], a[2]);
export const scaled = (a, by) => [a[0] * by, a[1] * by, a[2] * by];
export const plus = (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

/** The length; NaN where that is too small for a direction. */
export const known = (a) => (length(a) >= SMALLEST_M ? length(a) : NaN);
export const unit = (a) => scaled(a, 1 / known(a));
