// Tells files apart by their content: camera files are text, videos and images are not.

const START_BYTES = 4096;

/** "camera" for text, "media" for anything else. Rejects if the file cannot be read, as a folder cannot. */
export async function kindOf(file) {
  const start = new Uint8Array(await file.slice(0, START_BYTES).arrayBuffer());
  return isText(start) ? "camera" : "media";
}

function isText(start) {
  if (start.length === 0) return false;
  const utf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  return utf16 || (!start.some(isControl) && isUtf8(start));
}

/** Other control characters than tab, line feed, form feed and carriage return. */
const isControl = (byte) => byte < 9 || byte === 11 || (byte > 13 && byte < 32) || byte === 127;

function isUtf8(start) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true }); // the last letter may be cut off
    return true;
  } catch {
    return false;
  }
}
