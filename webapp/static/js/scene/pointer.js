// Where the pointer is on a canvas, in its CSS pixels; null while it is outside.

export function followPointer(canvas) {
  let place = null;
  const move = (event) => {
    place = { x: event.offsetX, y: event.offsetY };
  };
  const leave = () => {
    place = null;
  };
  const listeners = [
    ["pointermove", move],
    ["pointerdown", move],
    ["pointerleave", leave],
  ];
  for (const [name, listener] of listeners) canvas.addEventListener(name, listener);
  return {
    get place() {
      return place;
    },
    dispose() {
      for (const [name, listener] of listeners) canvas.removeEventListener(name, listener);
    },
  };
}
