// Drawing a zone on the floor, and changing one: clicks add corners, corners and the whole zone can be dragged.
// A drag beside the zone still turns the view.

import { Vector3 } from "../../vendor/vendor.js";
import { isInside } from "../events/polygon.js";

/** CSS pixels: what counts as a click, and how near to a corner the pointer must be. */
const CLICK_PX = 6;
const REACH_PX = { mouse: 12, touch: 26 };
const FARTHEST_M = 100;

/**
 * `zones` shows the draft. `begin({corners, colour, closed, onChange(corners, closed), onDone, onCancel})`,
 * `update(draft)`, `end()`. Keys while the canvas has the focus: Enter finishes, Backspace removes the last corner,
 * Escape cancels.
 */
export function createZoneEditor({ canvas, camera, controls, zones }) {
  const near = new Vector3();
  const far = new Vector3();
  const projected = new Vector3();
  let draft = null;
  let drag = null; // {corner: index, or -1 for the whole zone, from: [x, z], corners}
  let pressed = null; // {x, y} of a press that may become a click

  /** The point of the floor under the pointer, [x, z] in metres; null above the horizon. */
  function floorAt({ offsetX, offsetY }) {
    const x = (offsetX / canvas.clientWidth) * 2 - 1;
    const y = 1 - (offsetY / canvas.clientHeight) * 2;
    near.set(x, y, -1).unproject(camera);
    far.set(x, y, 1).unproject(camera).sub(near);
    const along = -near.y / far.y;
    if (!(along > 0)) return null;
    const point = [near.x + along * far.x, near.z + along * far.z];
    return Math.hypot(...point) < FARTHEST_M ? point.map((value) => Math.round(100 * value) / 100) : null;
  }

  /** Index of the corner under the pointer; -1 for none. */
  function cornerAt({ offsetX, offsetY, pointerType }) {
    const reach = REACH_PX[pointerType] ?? REACH_PX.mouse;
    return draft.corners.findIndex(([x, z]) => {
      projected.set(x, 0, z).project(camera);
      const dx = (projected.x * 0.5 + 0.5) * canvas.clientWidth - offsetX;
      const dy = (0.5 - projected.y * 0.5) * canvas.clientHeight - offsetY;
      return projected.z < 1 && Math.hypot(dx, dy) < reach;
    });
  }

  function change(corners, closed = draft.closed) {
    draft = { ...draft, corners, closed };
    zones.setDraft(draft);
    draft.onChange(corners, closed);
  }

  function press(event) {
    if (!draft || event.button !== 0) return;
    pressed = { x: event.offsetX, y: event.offsetY };
    const corner = cornerAt(event);
    const from = floorAt(event);
    const whole = draft.closed && corner < 0 && from !== null && isInside(from, draft.corners);
    if (from === null || (corner < 0 && !whole)) return;
    if (corner === 0 && !draft.closed) return; // a click there closes the zone
    drag = { corner, from, corners: draft.corners };
    controls.enabled = false;
    canvas.setPointerCapture(event.pointerId);
  }

  function move(event) {
    const to = draft && drag ? floorAt(event) : null;
    if (to === null) return;
    const by = [to[0] - drag.from[0], to[1] - drag.from[1]];
    change(drag.corners.map((at, i) => (drag.corner < 0 || drag.corner === i ? shifted(at, by) : at)));
  }

  function release(event) {
    const clicked = pressed && Math.hypot(event.offsetX - pressed.x, event.offsetY - pressed.y) < CLICK_PX;
    const dragged = drag !== null;
    pressed = drag = null;
    controls.enabled = true;
    if (!draft || draft.closed || !clicked || dragged) return;
    if (draft.corners.length > 2 && cornerAt(event) === 0) finish();
    else {
      const at = floorAt(event);
      if (at) change([...draft.corners, at]);
    }
  }

  function finish() {
    if (draft.corners.length < 3) return;
    change(draft.corners, true);
    draft.onDone();
  }

  function key(event) {
    if (!draft) return;
    if (event.key === "Enter") finish();
    else if (event.key === "Escape") draft.onCancel();
    else if (event.key === "Backspace" && !draft.closed) change(draft.corners.slice(0, -1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const listeners = [
    ["pointerdown", press, true], // before the view's own controls
    ["pointermove", move, false],
    ["pointerup", release, false],
    ["pointercancel", release, false],
    ["keydown", key, true],
  ];
  for (const [name, listener, capture] of listeners) canvas.addEventListener(name, listener, capture);

  return {
    begin(next) {
      draft = next;
      zones.setDraft(draft);
      canvas.classList.add("drawing");
    },
    /** Corners, colour or name were changed elsewhere. */
    update(changes) {
      draft = { ...draft, ...changes };
      zones.setDraft(draft);
    },
    finish: () => draft && finish(),
    undo: () => draft && !draft.closed && change(draft.corners.slice(0, -1)),
    end() {
      draft = drag = null;
      controls.enabled = true;
      zones.setDraft(null);
      canvas.classList.remove("drawing");
    },
    dispose() {
      for (const [name, listener, capture] of listeners) canvas.removeEventListener(name, listener, capture);
    },
  };
}

const shifted = (at, by) => at.map((value, i) => Math.round(100 * (value + by[i])) / 100);
