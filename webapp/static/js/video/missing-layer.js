// Over the video of a rig: which cameras deliver no picture, why, and since when, where their pictures would be.

import { h } from "../dom.js";
import { partOf } from "./mosaic.js";

/** `layers`: as in layers.js. */
export function createMissingLayer(layers) {
  let missing = new Map();
  let wire = null;
  let shown = null; // the one camera that is shown; null for all

  function draw() {
    const names = [...missing.keys()].filter((name) => wire?.cameras?.[name] && (shown ?? name) === name);
    layers.notes.replaceChildren(...names.map(label));
  }

  function label(name) {
    const note = h("p", {}, h("b", {}, name), h("span", {}, missing.get(name)));
    const [left, top, width, height] = layers.rectOf(partOf(wire, name).shares);
    Object.assign(note.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    return note;
  }

  layers.onResize(draw);

  return {
    /** `next`: as of missingOf; empty where another time than now is shown. */
    set(next) {
      missing = next;
      draw();
    },

    /** A scene as on the wire, and the name of the one camera that is shown, null for all. */
    place(scene, camera) {
      wire = scene;
      shown = camera;
      if (missing.size > 0) draw();
    },
  };
}
