// Where the mouse is on a canvas, in its CSS pixels, and where a finger tapped it.

/** A finger that has moved farther, or stays longer, turns the view. */
const TAP_PX = 10;
const TAP_MS = 500;

export function followPointer(canvas) {
  let place = null;
  let tap = null;
  let down = null;

  function move(event) {
    if (event.pointerType !== "touch") place = { x: event.offsetX, y: event.offsetY };
  }

  function press(event) {
    move(event);
    down = { id: event.pointerId, x: event.offsetX, y: event.offsetY, at: event.timeStamp };
  }

  function release({ pointerType, pointerId, offsetX: x, offsetY: y, timeStamp }) {
    const short = down?.id === pointerId && timeStamp - down.at < TAP_MS;
    if (pointerType === "touch" && short && Math.hypot(x - down.x, y - down.y) < TAP_PX) tap = { x, y };
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
    /** Where a finger tapped since the last call; null if it did not. */
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
