// The video's layers: canvases of one shape on top of one another, the picture lowest. CSS fits them into the panel; of
// a rig's mosaic, the part of one camera can fill it.

import { h } from "../dom.js";

const WHOLE = [0, 0, 1, 1];

/** Beyond this, sharper lines cannot be seen. */
const MAX_DENSITY = 3;

/** How wide a picture of `size` is where it just fits into `box`; each is [width, height]. */
export const fitted = (size, box) => Math.min(box[0], (box[1] * size[0]) / size[1]);

/** Another layer is another canvas in `element` whose width and height have the picture's ratio. */
export function createLayers() {
  const picture = h("canvas", { class: "picture" });
  const grid = h("canvas", { class: "floor-grid", hidden: true });
  const people = h("canvas", {});
  const notes = h("div", { class: "missing-cameras" });
  const canvases = [picture, grid, people];
  const element = h("div", { class: "video-layers", role: "img", "aria-label": "Live video" }, ...canvases, notes);
  const actions = [];
  let box = [0, 0];
  let part = null; // as of partOf
  let ratio = 1; // of the whole picture, width by height

  const shares = () => part?.shares ?? WHOLE;

  /** CSS pixels that the whole picture is wide, where its part just fits into the panel. */
  function widthOf([width, height]) {
    const [, , across, down] = shares();
    return fitted([width * across, height * down], box) / across;
  }

  /** [left, top, width, height] in CSS pixels of the panel, of a part of the picture as shares of it. */
  function rectOf([x, y, w, h]) {
    const [left, top, across, down] = shares();
    const width = widthOf([ratio, 1]);
    const height = width / ratio;
    const from = (share, start, size, room, part) => (room - size * part) / 2 + size * (share - start);
    return [from(x, left, width, box[0], across), from(y, top, height, box[1], down), width * w, height * h];
  }

  /** The part that is shown fills the panel, and nothing of the others is seen beside it. */
  function place() {
    const [left, top, across, down] = shares();
    const isPart = across < 1 || down < 1;
    grid.style.visibility = part && !part.isFirst ? "hidden" : ""; // the floor is as the first camera sees it
    const width = widthOf([ratio, 1]);
    const height = width / ratio;
    const percent = (share) => `${(100 * share).toFixed(4)}%`;
    for (const { style } of [picture, people]) {
      style.inset = isPart ? "auto" : "";
      style.left = isPart ? `${(box[0] - width * across) / 2 - width * left}px` : "";
      style.top = isPart ? `${(box[1] - height * down) / 2 - height * top}px` : "";
      style.width = isPart ? `${width}px` : "";
      style.height = isPart ? `${height}px` : "";
      style.clipPath = isPart ? `inset(${[top, 1 - left - across, 1 - top - down, left].map(percent).join(" ")})` : "";
    }
  }

  return {
    element,
    picture,
    grid,
    people,
    notes,

    /** Calls `action` when the panel's size changes. */
    onResize(action) {
      actions.push(action);
      new ResizeObserver(([{ contentRect }]) => {
        box = [contentRect.width, contentRect.height];
        place();
        action();
      }).observe(element);
    },

    /** CSS pixels that a picture of [width, height] is wide in the panel; 0 where the panel is not on the page. */
    shownWidth: widthOf,

    rectOf,

    /** Shows a part of a picture of `size`: as of partOf, null for a picture that has none. */
    setPart(next, size) {
      if (JSON.stringify([part, ratio]) === JSON.stringify([next, size[0] / size[1]])) return;
      part = next;
      ratio = size[0] / size[1];
      place();
      for (const action of actions) action();
    },

    get density() {
      return Math.min(window.devicePixelRatio, MAX_DENSITY);
    },
  };
}
