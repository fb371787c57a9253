// Reads multipart/x-mixed-replace as it arrives: chunks of bytes in, complete parts out.

const CRLF2 = [13, 10, 13, 10];
const MAX_PART_BYTES = 32 * 1024 * 1024;

/** The boundary of a Content-Type header, without the leading dashes; throws where there is none. */
export function boundaryOf(contentType) {
  const match = /boundary="?([^";]+)"?/i.exec(contentType ?? "");
  if (!match) throw new Error(`not a multipart stream: ${contentType}`);
  return match[1].replace(/^--/, "");
}

/**
 * A parser for one response. `push(chunk)` calls `onPart(headers, bytes)` for every part that is complete; header
 * names are in lower case, `bytes` is the part's own copy. Parts with a Content-Length are taken by it, others end at
 * the next boundary.
 */
export function multipartParser(boundary, onPart) {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const opening = encoder.encode(`--${boundary}`);
  const closing = encoder.encode(`\r\n--${boundary}`);
  let buffer = new Uint8Array(1 << 18);
  let used = 0;
  let headers = null;

  function append(chunk) {
    if (used + chunk.length > buffer.length) {
      if (used + chunk.length > MAX_PART_BYTES) throw new Error("a part of the stream is too large");
      const larger = new Uint8Array(2 ** Math.ceil(Math.log2(used + chunk.length)));
      larger.set(buffer.subarray(0, used));
      buffer = larger;
    }
    buffer.set(chunk, used);
    used += chunk.length;
  }

  function consume(count) {
    buffer.copyWithin(0, count, used);
    used -= count;
  }

  function readHeaders() {
    const start = indexOf(buffer, opening, 0, used);
    if (start < 0) return false;
    const end = indexOf(buffer, CRLF2, start + opening.length, used);
    if (end < 0) return false;
    const lines = decoder.decode(buffer.subarray(start + opening.length, end)).split("\r\n");
    headers = Object.fromEntries(
      lines
        .filter((line) => line.includes(":"))
        .map((line) => {
          const colon = line.indexOf(":");
          return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
        }),
    );
    consume(end + CRLF2.length);
    return true;
  }

  function readBody() {
    const declared = headers["content-length"];
    const length = declared === undefined ? indexOf(buffer, closing, 0, used) : Number(declared);
    if (length < 0 || used < length) return false;
    const bytes = buffer.slice(0, length);
    const complete = headers;
    headers = null;
    consume(length);
    onPart(complete, bytes);
    return true;
  }

  return {
    push(chunk) {
      append(chunk);
      while (headers ? readBody() : readHeaders());
    },
  };
}

function indexOf(bytes, pattern, from, to) {
  const last = to - pattern.length;
  for (let i = bytes.indexOf(pattern[0], from); i >= 0 && i <= last; i = bytes.indexOf(pattern[0], i + 1)) {
    let k = 1;
    while (k < pattern.length && bytes[i + k] === pattern[k]) k++;
    if (k === pattern.length) return i;
  }
  return -1;
}
