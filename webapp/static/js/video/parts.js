// One response of /stream.mjpg: its parts, as they arrive.

import { address } from "../api.js";
import { boundaryOf, multipartParser } from "../multipart.js";

/** A stream without data for longer is ended: a dead connection may raise no error. */
const SILENCE_MS = 15000;

/** Calls onPart(headers, bytes) for each part. Never returns: throws when the stream ends, or `abort` ends it. */
export async function readParts(query, abort, onPart) {
  const watchdog = silenceGuard(abort);
  try {
    const response = await fetch(address(`stream.mjpg?${query}`), { signal: abort.signal, cache: "no-store" });
    if (!response.ok) throw new Error(await refusal(response));
    const parser = multipartParser(boundaryOf(response.headers.get("content-type")), onPart);
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      watchdog.reset();
      parser.push(value);
    }
    throw new Error("the video has ended");
  } finally {
    watchdog.stop();
  }
}

async function refusal(response) {
  const { error } = await response.json().catch(() => ({}));
  return error ?? `the server answered with status ${response.status}`;
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
