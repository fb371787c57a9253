import assert from "node:assert/strict";
import { test } from "node:test";
import { boundaryOf, multipartParser } from "../../../webapp/static/js/multipart.js";

const bytes = (text) => new TextEncoder().encode(text);
const text = (data) => new TextDecoder().decode(data);

// The second picture holds what looks like a boundary: its Content-Length says that it is none.
const PICTURES = ["first", "se\r\n--frame\r\ncond", "x".repeat(400000)];
const STREAM = PICTURES.map(
  (body, i) =>
    `--frame\r\nContent-Type: image/jpeg\r\nX-Frame: ${i}\r\nContent-Length: ${body.length}\r\n\r\n${body}\r\n`,
).join("");

function parse(stream, chunk) {
  const parts = [];
  const parser = multipartParser("frame", (headers, body) => parts.push([headers["x-frame"], text(body)]));
  for (let i = 0; i < stream.length; i += chunk) parser.push(bytes(stream.slice(i, i + chunk)));
  return parts;
}

test("parts come out whole however the bytes are cut", () => {
  for (const chunk of [7, 1000, 65536, STREAM.length]) {
    assert.deepEqual(
      parse(STREAM, chunk),
      PICTURES.map((body, i) => [String(i), body]),
      `chunks of ${chunk}`,
    );
  }
});

test("one byte at a time", () => {
  assert.deepEqual(parse(STREAM.slice(0, 300), 1).slice(0, 2), [
    ["0", PICTURES[0]],
    ["1", PICTURES[1]],
  ]);
});

test("a part without a length ends at the boundary", () => {
  const stream = "preamble\r\n--frame\r\nX-Frame: 4\r\n\r\nbody\r\n--frame\r\nX-Frame: 5\r\n\r\n";
  assert.deepEqual(parse(stream, 5), [["4", "body"]]);
});

test("an endless part is refused", () => {
  const parser = multipartParser("frame", () => {});
  const chunk = new Uint8Array(4 << 20);
  parser.push(bytes("--frame\r\nX-Frame: 4\r\n\r\n"));
  assert.throws(() => {
    for (let i = 0; i < 20; i++) parser.push(chunk);
  }, /too large/);
});

test("the boundary of a header", () => {
  assert.equal(boundaryOf('multipart/x-mixed-replace; boundary="frame"'), "frame");
  assert.equal(boundaryOf("multipart/x-mixed-replace; boundary=--frame"), "frame");
  assert.throws(() => boundaryOf("text/html"), /not a multipart stream/);
});
