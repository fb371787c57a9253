// One connection that delivers pictures: parts are decoded off the main thread, the newest first.

import { readParts } from "./parts.js";

/**
 * Pictures of one width. Calls onPicture({frame, bitmap, blob}) for the newest; the receiver closes the bitmap. Those
 * that arrive while one is being decoded are skipped. onEnd(reason) is called once, unless `stop` ended it.
 */
export function connectPictures(width, { onPicture, onEnd }) {
  const abort = new AbortController();
  let stopped = false;
  let decoding = false;
  let waiting = null;

  async function decode(part) {
    if (decoding) {
      waiting = part;
      return;
    }
    decoding = true;
    try {
      const blob = new Blob([part.bytes], { type: "image/jpeg" });
      const bitmap = await createImageBitmap(blob);
      if (stopped) bitmap.close();
      else onPicture({ frame: Number(part.headers["x-frame"] ?? -1), bitmap, blob });
    } catch {
      // A picture that cannot be decoded is skipped; the next one is on its way.
    }
    decoding = false;
    const next = waiting;
    waiting = null;
    if (next && !stopped) decode(next);
  }

  readParts(`view=raw&width=${width}`, abort, (headers, bytes) => decode({ headers, bytes })).catch((error) => {
    if (stopped) return;
    stopped = true;
    onEnd(error.name === "AbortError" || error.name === "TypeError" ? "no video received" : error.message);
  });

  return {
    width,
    stop() {
      stopped = true;
      abort.abort();
    },
  };
}
