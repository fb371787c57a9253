// Which joint is told of: the one under the mouse, or the one that a finger tapped, until it taps elsewhere.

import { createPicker } from "./picker.js";
import { followPointer } from "./pointer.js";

/**
 * {hovered: {slot, joint}, -1 each for none; update(…) before each frame; dispose()}. `onPick(id, joint)` when one is
 * clicked or tapped.
 */
export function createHover(canvas, onPick = () => {}) {
  const pick = createPicker();
  const pointer = followPointer(canvas, press);
  const hovered = { slot: -1, joint: -1 };
  const tapped = { id: -1, joint: -1 }; // a person may change the slot, and leaves it while out of view
  const pressed = { slot: -1, joint: -1 }; // as it was drawn then: the press itself may move the view
  let seen = null; // what was drawn last

  function at({ x, y }, moment, points, camera, withFace) {
    return pick(x, y, moment, points, camera, canvas.clientWidth, canvas.clientHeight, withFace);
  }

  function press(place) {
    Object.assign(pressed, seen ? at(place, ...seen) : { slot: -1, joint: -1 });
  }

  return {
    hovered,
    /** The joint that the last press was on. */
    pressed,
    update(moment, points, camera, withFace) {
      seen = [moment, points, camera, withFace];
      if (pointer.takeTap()) {
        const { slot, joint } = pressed;
        tapped.id = slot < 0 ? -1 : moment.ids[slot];
        tapped.joint = joint;
        if (slot >= 0) onPick(tapped.id, joint);
      }
      if (pointer.place) {
        tapped.id = -1;
        Object.assign(hovered, at(pointer.place, moment, points, camera, withFace));
      } else {
        hovered.slot = tapped.id < 0 ? -1 : moment.ids.subarray(0, moment.count).indexOf(tapped.id);
        hovered.joint = hovered.slot < 0 ? -1 : tapped.joint;
      }
    },
    dispose: pointer.dispose,
  };
}
