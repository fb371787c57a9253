// The video's layers: canvases of one shape on top of one another, the picture lowest. CSS fits them into the panel.

import { h } from "../dom.js";

/** Beyond this, sharper lines cannot be seen. */
const MAX_DENSITY = 3;

/** How wide a picture of `size` is where it just fits into `box`; each is [width, height]. */
export const fitted = (size, box) => Math.min(box[0], (box[1] * size[0]) / size[1]);

/** Another layer is another canvas in `element` whose width and height have the picture's ratio. */
export function createLayers() {
  const picture = h("canvas", { class: "picture" });
  const grid = h("canvas", { class: "floor-grid", hidden: true });
  const people = h("canvas", {});
  const element = h("div", { class: "video-layers", role: "img", "aria-label": "Live video" }, picture, grid, people);
  let box = [0, 0];

  return {
    element,
    picture,
    grid,
    people,

    /** Calls `action` when the panel's size changes. */
    onResize(action) {
      new ResizeObserver(([{ contentRect }]) => {
        box = [contentRect.width, contentRect.height];
        action();
      }).observe(element);
    },

    /** CSS pixels that a picture of [width, height] is wide in the panel; 0 where the panel is not on the page. */
    shownWidth: (size) => fitted(size, box),

    get density() {
      return Math.min(window.devicePixelRatio, MAX_DENSITY);
    },
  };
}
