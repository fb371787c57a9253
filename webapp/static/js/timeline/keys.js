// The keys of the transport, wherever the focus is, unless what has the focus uses the key itself.

import { STEP_S } from "./slider.js";

const FIELDS = "input, select, textarea, [contenteditable]";
/** Space presses these, and the arrows move in these. */
const PRESSED = "button, a[href], summary, [role='button'], [role='tab']";
const MOVED_IN = "[role='tab'], [role='slider'], [role='application'], [role='radio'], [role='menuitem'], dialog";

const ACTIONS = {
  " ": (transport) => (transport.playing ? transport.pause() : transport.play()),
  ArrowLeft: (transport) => transport.seek(transport.time - STEP_S),
  ArrowRight: (transport) => transport.seek(transport.time + STEP_S),
  ",": (transport) => transport.step(-1),
  ".": (transport) => transport.step(1),
};

/** Whether `target`, which has the focus, leaves this key to the transport. */
export function isFree(key, target) {
  if (target.closest(FIELDS) || target.closest("dialog")) return false;
  if (key === " ") return target.closest(PRESSED) === null;
  return !key.startsWith("Arrow") || target.closest(MOVED_IN) === null;
}

export function listenToKeys(transport, root = document) {
  root.addEventListener("keydown", (event) => {
    const action = ACTIONS[event.key];
    if (!action || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (!(event.target instanceof Element) || !isFree(event.key, event.target)) return;
    event.preventDefault();
    action(transport);
  });
}
