// Where ID labels go on the screen so that none overlaps another: the nearest people's labels stay above their heads,
// others move up, step by step, and one that would have to move too far is left out.

const GAP_PX = 2;
const MOST_STEPS = 4;

/** For up to `capacity` labels; nothing is allocated later. */
export function createTagLayout(capacity) {
  const order = Int32Array.from({ length: capacity }, (_, slot) => slot);
  const placed = new Int32Array(capacity);
  const layout = {
    /** Of each label, pixels from the top left: its centre's anchor; Infinity in `depth` for those not shown. */
    x: new Float32Array(capacity),
    y: new Float32Array(capacity),
    width: new Float32Array(capacity),
    depth: new Float32Array(capacity).fill(Infinity),
    /** Pixels that each label moves up; NaN where there is no place for it. */
    lift: new Float32Array(capacity),

    /** Writes `lift` for labels of this height in pixels. */
    arrange(height) {
      sortNearestFirst();
      let count = 0;
      for (const slot of order) {
        if (layout.depth[slot] === Infinity) break;
        layout.lift[slot] = freeLift(slot, count, height);
        if (!Number.isNaN(layout.lift[slot])) placed[count++] = slot;
      }
    },
  };

  /** Insertion sort: hardly anything to do from frame to frame, and nothing to allocate. */
  function sortNearestFirst() {
    for (let i = 1; i < capacity; i++) {
      const slot = order[i];
      let at = i;
      for (; at > 0 && layout.depth[order[at - 1]] > layout.depth[slot]; at--) order[at] = order[at - 1];
      order[at] = slot;
    }
  }

  function freeLift(slot, count, height) {
    let y = layout.y[slot];
    for (let i = 0; i < count; i++) {
      const above = overlapped(slot, y, count, height);
      if (above === null) break;
      y = above;
    }
    const lift = layout.y[slot] - y;
    return lift > MOST_STEPS * height ? Number.NaN : lift;
  }

  /** The height from which the label is above one that it would overlap at `y`; null where it overlaps none. */
  function overlapped(slot, y, count, height) {
    for (let i = 0; i < count; i++) {
      const other = placed[i];
      const otherY = layout.y[other] - layout.lift[other];
      const apart = (layout.width[slot] + layout.width[other]) / 2 + GAP_PX;
      if (Math.abs(layout.x[slot] - layout.x[other]) >= apart) continue;
      if (Math.abs(y - otherY) < height + GAP_PX - 1e-3) return otherY - height - GAP_PX;
    }
    return null;
  }

  return layout;
}
