import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf } from "../../../webapp/static/js/source/content.js";

const kind = (...parts) => kindOf(new Blob(parts));

test("text is a camera file", async () => {
  assert.equal(await kind('{"R": [[1, 0, 0]]}\n'), "camera");
  assert.equal(await kind("%YAML:1.0\r\n---\r\ncamera_matrix: !!opencv-matrix\r\n"), "camera");
  assert.equal(await kind("Größe".repeat(2000)), "camera", "a letter may be cut off at the end of what is read");
  assert.equal(await kind(new Uint8Array([0xff, 0xfe, 0x7b, 0])), "camera", "UTF-16");
});

test("anything else is a video or an image, or for the server to judge", async () => {
  assert.equal(await kind(new Uint8Array([0, 0, 0, 32]), "ftypisom"), "media");
  assert.equal(await kind(new Uint8Array([0x89]), "PNG\r\n"), "media");
  assert.equal(await kind(new Uint8Array([0xff, 0xd8, 0xff])), "media");
  assert.equal(await kind("YUV4MPEG2 W4 H4\nFRAME\n", new Uint8Array([16, 16])), "media");
  assert.equal(await kind(), "media", "empty");
});

test("what cannot be read is refused", async () => {
  const folder = { slice: () => ({ arrayBuffer: () => Promise.reject(new Error("a folder")) }) };
  await assert.rejects(kindOf(folder));
});
