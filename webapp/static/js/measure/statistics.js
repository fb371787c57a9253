// Figures of a curve in the browser: of what is live, and of the difference of two. As in Python,
// engine/motion/statistics.py and speeds.py.

const finite = (value) => value !== null && Number.isFinite(value);

/** `turn`: how far values come back before a high or a low counts. Nulls are gaps. */
export function figuresOf(values, turn) {
  let min = null;
  let max = null;
  for (const value of values) {
    if (!finite(value)) continue;
    if (min === null || value < min) min = value;
    if (max === null || value > max) max = value;
  }
  return {
    min,
    max,
    range: min === null ? null : max - min,
    repetitions: { count: stretches(values).reduce((sum, [a, b]) => sum + countOf(values.slice(a, b), turn), 0) },
  };
}

/** {mean, max}: of the size of a difference; nulls where there is none. */
export function sizeOf(values) {
  const sizes = values.filter(finite).map(Math.abs);
  if (sizes.length === 0) return { mean: null, max: null };
  return {
    mean: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
    max: sizes.reduce((a, b) => Math.max(a, b)),
  };
}

/** [first, after the last] of each stretch without gaps. */
function stretches(values) {
  const found = [];
  let start = -1;
  for (let i = 0; i <= values.length; i++) {
    const known = i < values.length && finite(values[i]);
    if (known && start < 0) start = i;
    if (!known && start >= 0) found.push([start, i]);
    if (!known) start = -1;
  }
  return found;
}

/** Repetitions from one low through a high to the next; one that is nearly down at the end counts. */
function countOf(values, turn) {
  const lows = [];
  const highs = [];
  let low = 0;
  let high = 0;
  let rising = null;
  values.forEach((value, index) => {
    if (value < values[low]) low = index;
    if (value > values[high]) high = index;
    if (rising !== false && value <= values[high] - turn) {
      if (lows.length > 0) highs.push(high);
      [rising, low] = [false, index];
    } else if (rising !== true && value >= values[low] + turn) {
      lows.push(low);
      [rising, high] = [true, index];
    }
  });
  if (highs.length > 0 && lows.length === highs.length) {
    const cameBack = values[low] <= (values[lows.at(-1)] + values[highs.at(-1)]) / 2;
    return cameBack ? highs.length : highs.length - 1;
  }
  return Math.max(0, lows.length - 1);
}

/** The value of a curve at `time`, between its neighbours; null in gaps, outside, and farther than `longest` apart. */
export function valueAt(times, values, time, longest = Infinity) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  if (low < times.length && Math.abs(times[low] - time) < 1e-3) return values[low];
  if (low === 0 || low === times.length || times[low] - times[low - 1] > longest) return null;
  const [a, b] = [values[low - 1], values[low]];
  if (!finite(a) || !finite(b)) return null;
  return a + ((b - a) * (time - times[low - 1])) / (times[low] - times[low - 1]);
}

/** What lies between two times, both included. */
export function part({ times, values }, [from, to]) {
  const inside = times.map((time, i) => [time, values[i]]).filter(([time]) => time >= from && time <= to);
  return { times: inside.map(([time]) => time), values: inside.map(([, value]) => value) };
}

/** Degrees that go round, -180 to 180. */
export const turned = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;

/** `a` minus `b` at the times of `a`: {times, values}; `b` is moved by `offset` seconds. */
export function differenceOf(a, b, offset, signed) {
  return {
    times: a.times,
    values: a.values.map((value, i) => {
      const other = finite(value) ? valueAt(b.times, b.values, a.times[i] - offset) : null;
      if (!finite(other)) return null;
      return signed ? turned(value - other) : value - other;
    }),
  };
}
