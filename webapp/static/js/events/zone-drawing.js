// Drawing a zone: the tools over the 3D view, and the way from the form to the view and back.

import { h } from "../dom.js";

/** `editor()` is that of the 3D view, or null without one; `stage` is where the tools go. */
export function createZoneDrawing({ editor, stage, onDrawing }) {
  const button = (text, run) => h("button", { class: "button small", type: "button", onclick: run }, text);
  const undo = button("Undo corner", () => editor()?.undo());
  const done = button("Close the zone", () => editor()?.finish());
  const hint = h("span", { role: "status" });
  const bar = h("div", { class: "drawing-bar", hidden: true }, hint, undo, done);
  stage.append(bar);

  function describe(corners, closed) {
    undo.hidden = done.hidden = closed;
    undo.disabled = corners.length === 0;
    done.disabled = corners.length < 3;
    hint.textContent = closed
      ? "Drag a corner, or the zone"
      : corners.length === 0
        ? "Click the corners on the floor"
        : `${corners.length} ${corners.length === 1 ? "corner" : "corners"}`;
  }

  return {
    /** `zone`: {corners, colour}, without corners for a new one; `onCorners(corners)` with every change in the view. */
    begin({ corners, colour }, { onCorners, onCancel }) {
      const closed = corners.length > 0;
      bar.hidden = editor() === null;
      describe(corners, closed);
      onDrawing(true);
      editor()?.begin({
        corners,
        colour,
        closed,
        onChange(next, isClosed) {
          describe(next, isClosed);
          onCorners(next);
        },
        onDone: () => onDrawing(false),
        onCancel,
      });
    },
    /** The form was changed. */
    update(changes) {
      editor()?.update(changes);
      if (changes.corners) describe(changes.corners, changes.closed);
    },
    end() {
      bar.hidden = true;
      editor()?.end();
      onDrawing(false);
    },
  };
}
