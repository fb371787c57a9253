// The page's one stream of pictures: reopened whenever it breaks, and replaced without a gap when its width changes.

import { connectPictures } from "./connection.js";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 4000;

/**
 * Calls onPicture({frame, bitmap}) for the newest picture; the receiver closes the bitmap. onStatus(message): null
 * while pictures arrive or none are requested, else why none do. Begins with the first `setWidth`.
 */
export function openStream({ onPicture, onStatus, connect = connectPictures }) {
  let wanted = null;
  let running = null;
  /** A connection with another width, until its first picture. */
  let joining = null;
  let retry = FIRST_RETRY_MS;
  let timer = 0;

  function join() {
    clearTimeout(timer);
    joining?.stop();
    const connection = connect(wanted, {
      onPicture(picture) {
        retry = FIRST_RETRY_MS;
        if (joining === connection) takeOver();
        onStatus(null);
        onPicture(picture);
      },
      onEnd(reason) {
        if (joining === connection) joining = null;
        else running = null;
        if (running === null && joining === null) onStatus(reason);
        if (joining === null) again();
      },
    });
    joining = connection;
  }

  function takeOver() {
    running?.stop();
    running = joining;
    joining = null;
  }

  function again() {
    clearTimeout(timer);
    timer = setTimeout(join, retry);
    retry = Math.min(2 * retry, LAST_RETRY_MS);
  }

  function stop() {
    clearTimeout(timer);
    running?.stop();
    joining?.stop();
    running = joining = null;
  }

  /** Streams only while the page is visible, to save bandwidth and battery. */
  function follow() {
    if (document.hidden || wanted === null) {
      stop();
      if (wanted === null) onStatus(null);
    } else join();
  }

  document.addEventListener("visibilitychange", follow);

  return {
    /** In pixels, one of WIDTHS; null for no pictures. */
    setWidth(width) {
      if (width === wanted) return;
      wanted = width;
      follow();
    },
  };
}
