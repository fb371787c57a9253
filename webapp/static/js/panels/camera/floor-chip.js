// The chip over the 3D view that says what the floor is, and leads to what a person can do about it.

import { h, setText } from "../../dom.js";
import { icon } from "../../icons.js";

const FOUND = "Floor found from people";
const BY_HAND = "Floor adjusted by hand";

const textOf = (camera) => (camera?.format === "estimated" ? FOUND : camera?.format === "adjusted" ? BY_HAND : null);

/** `onAdjust()`, `onUndo()`. */
export function createFloorChip({ onAdjust, onUndo }) {
  const text = h("span", {});
  const adjust = h("button", { class: "button small quiet", type: "button", onclick: onAdjust }, "Adjust");
  const undo = h("button", { class: "button small quiet", type: "button", onclick: onUndo }, "Undo");
  const element = h("div", { class: "floor-chip", role: "status", hidden: true }, icon("level"), text, adjust, undo);

  return {
    element,
    update({ camera, view_only: viewOnly }) {
      const told = textOf(camera);
      element.hidden = told === null;
      if (told === null) return;
      setText(text, told);
      adjust.hidden = viewOnly !== false;
      undo.hidden = viewOnly !== false || !camera.can_undo;
    },
  };
}
