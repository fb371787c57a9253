// Which joint a click or a tap on the video means.

import { fitted } from "../video/layers.js";

const REACH_PX = 18;
/** A press that moves farther is none. */
const STILL_PX = 8;

/**
 * The nearest joint to (x, y), CSS pixels of a panel of `box` [width, height] in which the frame of `size` is fitted:
 * {id, joint}, or null. `people` as on the wire.
 */
export function jointAt([x, y], box, size, people, reach = REACH_PX) {
  const scale = fitted(size, box) / size[0];
  const left = (box[0] - scale * size[0]) / 2;
  const top = (box[1] - scale * size[1]) / 2;
  let best = reach;
  let found = null;
  for (const { id, keypoints_2d: points } of people) {
    points.forEach((point, joint) => {
      if (!point) return;
      const away = Math.hypot(left + scale * point[0] - x, top + scale * point[1] - y);
      if (away >= best) return;
      best = away;
      found = { id, joint };
    });
  }
  return found;
}

/** `layers`: as in video/layers.js; `shown()`: {size, people} of the video, or null; `onPick(id, joint)`. */
export function listenToVideo({ element, people }, { shown, onPick }) {
  let down = null;

  function under(event) {
    const scene = shown();
    if (!scene) return null;
    const { left, top, width, height } = people.getBoundingClientRect();
    return jointAt([event.clientX - left, event.clientY - top], [width, height], scene.size, scene.people);
  }

  element.addEventListener("pointerdown", (event) => {
    down = event.button === 0 ? [event.clientX, event.clientY] : null;
  });
  element.addEventListener("pointermove", (event) => {
    element.style.cursor = event.pointerType !== "touch" && under(event) ? "pointer" : "";
  });
  element.addEventListener("pointerup", (event) => {
    const still = down && Math.hypot(event.clientX - down[0], event.clientY - down[1]) < STILL_PX;
    const found = still ? under(event) : null;
    down = null;
    if (found) onPick(found.id, found.joint);
  });
}
