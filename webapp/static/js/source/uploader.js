// Sends a file to the server in pieces, and goes on where it was after a broken connection.

import { get, post, request } from "../api.js";

const FIRST_PIECE = 256 * 1024;
const SMALLEST_PIECE = 32 * 1024;
const LARGEST_PIECE = 1024 * 1024; // the server takes no larger ones
/** Pieces become larger or smaller to take about this long: the progress moves, and little is sent twice. */
const PIECE_TAKES_MS = 1000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];

/**
 * Resolves to the upload as the server describes it, once that has found it to be a video or an image. `onProgress`
 * is given the share that has arrived, and the name. Rejects with an ApiError, or an AbortError of `signal`.
 */
export async function send(file, { signal, onProgress }) {
  let upload = await post("api/uploads", { name: file.name, size: file.size, modified: file.lastModified });
  let size = FIRST_PIECE;
  let failures = 0;
  while (!upload.whole) {
    signal.throwIfAborted();
    onProgress(upload.offset / file.size, upload.name);
    const begun = performance.now();
    try {
      upload = await sendPiece(file, upload, size, signal);
      size = nextSize(size, performance.now() - begun);
      failures = 0;
    } catch (error) {
      if (error.status !== 409 && !isTemporary(error)) throw error;
      const now = await status(upload, signal);
      const moved = now.offset !== upload.offset || now.whole;
      if (!moved && (error.status === 409 || failures >= RETRY_MS.length)) throw error;
      upload = now;
      size = Math.max(SMALLEST_PIECE, size / 4); // the server gives a piece twenty seconds to arrive
      if (!moved) await pause(RETRY_MS[failures++], signal);
    }
  }
  return upload;
}

function sendPiece(file, { name, offset }, size, signal) {
  return request("PATCH", `api/uploads/${name}?offset=${offset}`, file.slice(offset, offset + size), { signal });
}

/** The upload as the server has it, or as it was, if the server does not answer. */
const status = (upload, signal) =>
  get(`api/uploads/${upload.name}`, { signal }).catch((error) => {
    if (error.name === "AbortError" || error.status === 404) throw error;
    return upload;
  });

/** The connection is broken, or the server is busy: the same piece may arrive later. */
const isTemporary = ({ status: code }) => code === 0 || code === 408 || code >= 500;

function nextSize(size, tookMs) {
  if (tookMs < PIECE_TAKES_MS / 2) return Math.min(LARGEST_PIECE, 2 * size);
  if (tookMs > 2 * PIECE_TAKES_MS) return Math.max(SMALLEST_PIECE, size / 2);
  return size;
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
