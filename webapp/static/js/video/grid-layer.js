// The floor's grid over the picture: how a person sees whether a camera is right.

import { floorLines, horizon } from "./floor-grid.js";

const LINE = "rgb(255 255 255 / 62%)";
const STRONG = "rgb(255 255 255 / 92%)";
const EDGE = "rgb(0 0 0 / 45%)";
const HORIZON = "rgb(255 196 92 / 95%)";

/** `layers` as of createLayers. Cameras are as in /api/state, with `floor_offset_m`. */
export function createGridLayer(layers) {
  const canvas = layers.grid;
  const context = canvas.getContext("2d");
  let camera = null;
  let preview = null;
  let wanted = false;
  let drawn = "";

  function draw() {
    const shown = preview ?? (wanted ? camera : null);
    canvas.hidden = shown === null;
    if (shown === null) return;
    const [across, down] = shown.image_size;
    const width = Math.round(layers.shownWidth([across, down]) * layers.density);
    const key = JSON.stringify([width, shown]);
    if (width === 0 || key === drawn) return;
    drawn = key;
    canvas.width = width;
    canvas.height = Math.max(1, Math.round((width * down) / across));
    paint(shown, width / across);
  }

  function paint(shown, scale) {
    const line = ([from, to], style, thickness) => {
      context.beginPath();
      context.moveTo(from[0] * scale, from[1] * scale);
      context.lineTo(to[0] * scale, to[1] * scale);
      context.strokeStyle = style;
      context.lineWidth = thickness * layers.density;
      context.stroke();
    };
    const lines = floorLines(shown, shown.floor_offset_m ?? 0);
    for (const { image, strong } of lines) line(image, EDGE, strong ? 3.4 : 2.2);
    for (const { image, strong } of lines) line(image, strong ? STRONG : LINE, strong ? 1.6 : 0.9);
    const far = horizon(shown);
    context.setLineDash([7 * layers.density, 5 * layers.density]);
    if (far) line(far, HORIZON, 1.5);
    context.setLineDash([]);
  }

  layers.onResize(draw);
  draw();

  return {
    /** The camera in use; null while it is not known. */
    setCamera(next) {
      camera = next;
      draw();
    },
    /** Shows the grid of a camera that is not in use; null ends that. */
    setPreview(next) {
      preview = next;
      draw();
    },
    /** Whether the grid of the camera in use is shown. */
    setShown(is) {
      wanted = is;
      draw();
    },
  };
}
