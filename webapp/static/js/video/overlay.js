// The layer of people over the picture, drawn again only when something has changed.

import { drawPeople } from "./drawing.js";

export function createOverlay(layers) {
  const canvas = layers.people;
  const context = canvas.getContext("2d");
  let drawn = { scene: null, width: 0, tags: true };
  let drawMore = null;
  let stale = false;

  return {
    /** What is drawn now: {size, people}; null for nobody. */
    get scene() {
      return drawn.scene;
    },

    /** `draw(context, scene, {scale, density})` is called after people were drawn. */
    setMore(draw) {
      drawMore = draw;
    },

    /** What `setMore` draws has changed. */
    redraw() {
      stale = true;
    },

    /** `scene`: {size, people}; null for nobody. */
    draw(scene, tags) {
      const size = scene?.size ?? drawn.scene?.size;
      const { density } = layers;
      const width = size ? Math.round(layers.shownWidth(size) * density) : 0;
      if (!stale && scene === drawn.scene && width === drawn.width && tags === drawn.tags) return;
      stale = false;
      drawn = { scene, width, tags };
      if (width === 0) return;
      const height = Math.max(1, Math.round((width * size[1]) / size[0]));
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      } else context.clearRect(0, 0, width, height);
      if (!scene) return;
      drawPeople(context, scene, { scale: width / size[0], density, tags });
      drawMore?.(context, scene, { scale: width / size[0], density });
    },
  };
}
