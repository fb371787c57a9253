// The live picture on its canvas, in step with the 3D view: a picture is held back until its frame is shown there.

/** Pictures that may be ahead of the scenes. */
const WAITING = 6;
/** If no scene has arrived for this long, pictures are shown as they arrive. */
const UNTIMED_AFTER_MS = 500;
/** In place of a frame's index where the picture is none of the live ones. */
const COPIED = -1;

export function createPicture(canvas, { silence }) {
  const context = canvas.getContext("2d", { alpha: false });
  const waiting = [];
  /** Index of the frame on the canvas; null while there is none. */
  let shown = null;

  function draw({ frame, bitmap }) {
    shown = frame;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
  }

  /** How many of the waiting pictures are due when `frame` is shown. */
  function due(frame, now) {
    if (silence(now) > UNTIMED_AFTER_MS) return waiting.length;
    let count = Math.max(0, waiting.length - WAITING);
    while (count < waiting.length && waiting[count].frame <= frame) count++;
    return count;
  }

  function clear() {
    for (const { bitmap } of waiting) bitmap.close();
    waiting.length = 0;
  }

  return {
    get frame() {
      return shown;
    },

    /** `item`: {frame, bitmap}; the bitmap is closed here, drawn or not. */
    add(item) {
      // A restarted source counts from 0: waiting pictures belong to the old one.
      if (waiting.length > 0 && item.frame < waiting[waiting.length - 1].frame) clear();
      waiting.push(item);
      // One more than may wait, for `show` to draw. In a hidden page nothing is drawn and the oldest are dropped.
      if (waiting.length > WAITING + 1) waiting.shift().bitmap.close();
    },

    /** Draws the picture that belongs to `frame`; true where the canvas has changed. */
    show(frame, now) {
      const count = due(frame, now);
      if (count === 0) return false;
      for (let i = 0; i < count - 1; i++) waiting[i].bitmap.close();
      draw(waiting[count - 1]);
      waiting.splice(0, count);
      return true;
    },

    /** Whether there is no picture on the canvas. */
    get isBlank() {
      return shown === null;
    },

    /** Shows `element`, without what pads it to even sides: `size` is that of its frames, if it is known. */
    copy({ element, size: [fullWidth, fullHeight] }, size) {
      clear();
      shown = COPIED;
      const width = Math.min(fullWidth, size?.[0] ?? Infinity);
      const height = Math.min(fullHeight, size?.[1] ?? Infinity);
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      }
      context.drawImage(element, 0, 0, width, height, 0, 0, width, height);
    },

    /** Shows an empty canvas, of the ratio of `size`, instead of pictures; true where it has changed. */
    blank([width, height], colour) {
      clear();
      if (shown === null && canvas.width * height === canvas.height * width) return false;
      shown = null;
      canvas.width = width;
      canvas.height = height;
      context.fillStyle = colour;
      context.fillRect(0, 0, width, height);
      return true;
    },
  };
}
