// How wide the pictures must be: the server's few widths, and the demand of all that shows them.

/** As in webapp/live/renditions.py: viewers share encodings. */
export const WIDTHS = [320, 480, 640, 960, 1280, 1920];
/** Sharper screens get no more pixels per CSS pixel than this: people and lines are drawn over the picture. */
const MAX_DENSITY = 1.5;
/** A picture may be enlarged by this much before the next width is requested. */
const STRETCH = 1.1;
const GROW_AFTER_MS = 300;
/** Longer than growing: a smaller picture saves traffic, but a layout that changes back and forth reconnects. */
const SHRINK_AFTER_MS = 3000;

/** The width to request for a picture shown `cssWidth` wide; null where it is not shown. */
export function widthFor(cssWidth, density) {
  if (!(cssWidth > 0)) return null;
  const needed = (cssWidth * Math.min(density, MAX_DENSITY)) / STRETCH;
  return WIDTHS.find((width) => width >= needed) ?? WIDTHS.at(-1);
}

/**
 * Collects what each place needs; `onChange(width)` is told the largest, null where no place shows pictures: first
 * pictures and none at once, other changes when they have lasted.
 */
export function createDemand(onChange, { later = setTimeout, cancel = clearTimeout } = {}) {
  const places = new Map();
  let current = null;
  let pending; // undefined: no change is pending
  let timer = 0;

  function settle() {
    pending = undefined;
    current = largest();
    onChange(current);
  }

  function largest() {
    const widths = [...places.values()].filter((width) => width !== null);
    return widths.length === 0 ? null : Math.max(...widths);
  }

  return {
    set(place, width) {
      places.set(place, width);
      const next = largest();
      if (next === pending) return;
      cancel(timer);
      pending = undefined;
      if (next === current) return;
      if (next === null || current === null) {
        settle();
        return;
      }
      pending = next;
      timer = later(settle, next > current ? GROW_AFTER_MS : SHRINK_AFTER_MS);
    },
  };
}
