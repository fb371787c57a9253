// The numbers at what is measured, over the 3D view.

import { h, setText } from "../dom.js";
import { keepApart } from "./video-arcs.js";

/** CSS pixels of a number. */
const WIDTH_PX = 44;
const HEIGHT_PX = 26;

export function createLabels() {
  const element = h("div", { class: "curve-labels", "aria-hidden": "true" });
  const labels = new Map(); // by key

  function labelOf(key) {
    if (!labels.has(key)) {
      labels.set(key, h("span", {}));
      element.append(labels.get(key));
    }
    return labels.get(key);
  }

  return {
    element,

    /** `places`: of scene/arcs.js; `texts`: a Map of key to {text, colour}. */
    update(places, texts) {
      const shown = new Set();
      const placed = [];
      for (const { key, x, y, seen } of places) {
        const known = texts.get(key);
        if (!seen || !known) continue;
        const label = labelOf(key);
        shown.add(key);
        label.hidden = false;
        label.dataset.curve = String(known.colour);
        setText(label, known.text);
        const at = [x, y];
        keepApart(at, placed, WIDTH_PX, HEIGHT_PX);
        label.style.transform = `translate(${at[0].toFixed(1)}px, ${at[1].toFixed(1)}px) translate(-50%, -50%)`;
      }
      for (const [key, label] of labels) if (!shown.has(key)) label.hidden = true;
    },
  };
}
