// Where the mouse is on a canvas, in its CSS pixels, and where it was clicked or tapped.

/** A press that moves farther, or lasts longer, turns the view. */
const TAP_PX = 10;
const TAP_MS = 500;

/** `onPress({x, y})` when a press begins. */
export function followPointer(canvas, onPress = () => {}) {
  let place = null;
  let tap = null;
  let down = null;

  function move(event) {
    if (event.pointerType !== "touch") place = { x: event.offsetX, y: event.offsetY };
  }

  function press(event) {
    move(event);
    down = event.button === 0 && { id: event.pointerId, x: event.offsetX, y: event.offsetY, at: event.timeStamp };
    onPress({ x: event.offsetX, y: event.offsetY });
  }

  function release({ pointerId, offsetX: x, offsetY: y, timeStamp }) {
    const short = down && down.id === pointerId && timeStamp - down.at < TAP_MS;
    if (short && Math.hypot(x - down.x, y - down.y) < TAP_PX) tap = { x, y };
  }

  const leave = () => {
    place = null;
  };
  const listeners = [
    ["pointermove", move],
    ["pointerdown", press],
    ["pointerup", release],
    ["pointerleave", leave],
  ];
  for (const [name, listener] of listeners) canvas.addEventListener(name, listener);
  return {
    /** Of the mouse; null while it is elsewhere. */
    get place() {
      return place;
    },
    /** Where it was clicked or tapped since the last call; null if it was not. */
    takeTap() {
      const taken = tap;
      tap = null;
      return taken;
    },
    dispose() {
      for (const [name, listener] of listeners) canvas.removeEventListener(name, listener);
    },
  };
}
