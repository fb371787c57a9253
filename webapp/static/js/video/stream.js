// The page's one MJPEG connection: read with fetch, decoded off the main thread, reopened whenever it breaks.

import { address } from "../api.js";
import { boundaryOf, multipartParser } from "../multipart.js";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 4000;
/** A stream without data for longer is reopened: a dead connection may raise no error. */
const SILENCE_MS = 15000;

/**
 * Calls onPicture({frame, bitmap}) for the newest picture; the receiver closes the bitmap. Pictures that arrive
 * while one is being decoded are skipped. onStatus(message): null while pictures arrive, else why none do.
 */
export function openStream({ view, onPicture, onStatus }) {
  let wanted = view;
  let abort = null;
  let retry = FIRST_RETRY_MS;
  let timer = 0;
  let decoding = false;
  let waiting = null;

  async function decode(part) {
    if (decoding) {
      waiting = part;
      return;
    }
    if (!abort) return;
    decoding = true;
    const { signal } = abort;
    try {
      const bitmap = await createImageBitmap(new Blob([part.bytes], { type: "image/jpeg" }));
      if (signal.aborted) bitmap.close();
      else onPicture({ frame: Number(part.headers["x-frame"] ?? -1), bitmap });
    } catch {
      // A picture that cannot be decoded is skipped; the next one is on its way.
    }
    decoding = false;
    const next = waiting;
    waiting = null;
    if (next) decode(next);
  }

  async function read() {
    abort = new AbortController();
    const { signal } = abort;
    const watchdog = silenceGuard(abort);
    try {
      const response = await fetch(address(`stream.mjpg?view=${wanted}`), { signal, cache: "no-store" });
      if (!response.ok)
        throw new Error(
          (await response.json().catch(() => ({}))).error ?? `the server answered with status ${response.status}`,
        );
      const parser = multipartParser(boundaryOf(response.headers.get("content-type")), (headers, bytes) => {
        retry = FIRST_RETRY_MS;
        onStatus(null);
        decode({ headers, bytes });
      });
      for (const reader = response.body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        watchdog.reset();
        parser.push(value);
      }
      throw new Error("the video has ended");
    } catch (error) {
      if (abort?.signal === signal && !document.hidden) {
        onStatus(error.name === "AbortError" || error.name === "TypeError" ? "no video received" : error.message);
        again();
      }
    } finally {
      watchdog.stop();
    }
  }

  function again() {
    clearTimeout(timer);
    timer = setTimeout(read, retry);
    retry = Math.min(2 * retry, LAST_RETRY_MS);
  }

  function stop() {
    clearTimeout(timer);
    const old = abort;
    abort = null;
    old?.abort();
  }

  /** Streams only while the page is visible, to save bandwidth and battery. */
  function follow() {
    stop();
    if (!document.hidden) read();
  }

  document.addEventListener("visibilitychange", follow);
  follow();

  return {
    setView(next) {
      if (next === wanted) return;
      wanted = next;
      follow();
    },
  };
}

function silenceGuard(abort) {
  let timer = 0;
  const guard = {
    reset() {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), SILENCE_MS);
    },
    stop: () => clearTimeout(timer),
  };
  guard.reset();
  return guard;
}
