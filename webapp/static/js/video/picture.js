// The live picture on its canvas, in step with the 3D view: a picture waits until its frame is the one on show there.

const WAITING = 6;
/** Where no scene has come for this long, pictures are shown as they arrive. */
const UNTIMED_AFTER_MS = 500;

export function createPicture(canvas, { silence }) {
  const context = canvas.getContext("2d", { alpha: false });
  const waiting = [];

  function draw({ bitmap, frame }) {
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    picture.frame = frame;
  }

  /** How many of the waiting pictures are due when `frame` is on show. */
  function due(frame, now) {
    if (silence(now) > UNTIMED_AFTER_MS) return waiting.length;
    let count = Math.max(0, waiting.length - WAITING);
    while (count < waiting.length && waiting[count].frame <= frame) count++;
    return count;
  }

  const picture = {
    canvas,
    /** Index of the frame on the canvas. */
    frame: -1,

    add(item) {
      // A source that starts again counts from 0: what waits belongs to the old one.
      if (waiting.length > 0 && item.frame < waiting[waiting.length - 1].frame) picture.clear();
      waiting.push(item);
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

    clear() {
      for (const { bitmap } of waiting) bitmap.close();
      waiting.length = 0;
    },
  };
  return picture;
}
