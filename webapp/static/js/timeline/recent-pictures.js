// A few live pictures of the last minutes, as they arrived, for whom looks back: shown as a recording's video is, in
// player.js. They stay in this page.

/** Milliseconds between two that are kept, and bytes of all: about two minutes. */
const EVERY_MS = 200;
const MOST_BYTES = 24e6;
/** Seconds of the tape within which a picture is of a scene with its frame's number, and shown for a time. */
const NEAR_S = 2;
const SHOWN_WITHIN_S = 0.6;

/** `tape`: the live tape; `decode(blob)`: a promise of a picture. */
export function createRecentPictures({ tape, decode = createImageBitmap }) {
  let kept = []; // {frame, blob, time}: `time` on the tape when it arrived
  let bytes = 0;
  let last = -Infinity;
  let chosen = null; // what is shown, or being decoded
  let bitmap = null;
  let shown = null;
  let listener = null;

  /** When the picture's own scene is on the tape; null if it is not. */
  function timeOf({ frame, time }) {
    const scene = tape.scenes(time - NEAR_S, time + NEAR_S).find((one) => one.frame === frame);
    return scene ? tape.timeOf(scene) : null;
  }

  function nearest(time) {
    let best = null;
    for (const one of kept) {
      if (Math.abs(one.time - time) > NEAR_S) continue;
      const away = Math.abs((timeOf(one) ?? Infinity) - time);
      if (away <= SHOWN_WITHIN_S && (best === null || away < best.away)) best = { one, away };
    }
    return best?.one ?? null;
  }

  function forget() {
    bitmap?.close();
    bitmap = chosen = shown = null;
  }

  async function show(one) {
    chosen = one;
    const picture = await decode(one.blob).catch(() => null);
    if (chosen !== one || picture === null) return picture?.close();
    bitmap?.close();
    bitmap = picture;
    shown = timeOf(one);
    listener?.();
    return undefined;
  }

  return {
    /** A picture as it arrives at `now`, milliseconds. */
    add({ frame, blob }, now = performance.now()) {
      if (now - last < EVERY_MS) return;
      last = now;
      kept.push({ frame, blob, time: tape.end });
      bytes += blob.size;
      while (bytes > MOST_BYTES) bytes -= kept.shift().blob.size;
    },

    clear() {
      kept = [];
      bytes = 0;
      forget();
    },

    /** The time that is to be shown, in each drawn frame. */
    follow(time) {
      const one = nearest(time);
      if (one === chosen) return;
      if (one === null) forget();
      else show(one);
    },

    get element() {
      return bitmap;
    },
    get size() {
      return [bitmap.width, bitmap.height];
    },
    /** Seconds on the tape of the scene of the picture that is shown; null where none is. */
    get shown() {
      return shown;
    },
    onFrame(next) {
      listener = next;
      if (next === null) forget();
    },
  };
}
