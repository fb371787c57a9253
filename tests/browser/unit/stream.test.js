// The stream of pictures: reopened where it breaks, replaced without a gap.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { openStream } from "../../../webapp/static/js/video/stream.js";

/** A stream over connections that the test controls. */
function play() {
  globalThis.document = { hidden: false, addEventListener: (_, action) => (document.changed = action) };
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  const connections = [];
  const pictures = [];
  const said = [];
  const stream = openStream({
    onPicture: (picture) => pictures.push(picture),
    onStatus: (message) => said.push(message),
    connect(width, { onPicture, onEnd }) {
      const connection = { width, open: true, picture: onPicture };
      connection.end = (reason) => {
        connection.open = false;
        onEnd(reason);
      };
      connection.stop = () => {
        connection.open = false;
      };
      connections.push(connection);
      return connection;
    },
  });
  const open = () => connections.filter((one) => one.open).map(({ width }) => width);
  return { stream, connections, pictures, said, open };
}

test("another width takes over with its first picture", () => {
  const { stream, connections, pictures, open } = play();
  stream.setWidth(480);
  connections[0].picture("small");
  stream.setWidth(960);
  assert.deepEqual(open(), [480, 960]);
  connections[0].picture("small again");
  connections[1].picture("large");
  assert.deepEqual(open(), [960]);
  assert.deepEqual(pictures, ["small", "small again", "large"]);
});

test("a width that is refused leaves the old one, and is tried again", () => {
  const { stream, connections, said, open } = play();
  stream.setWidth(480);
  connections[0].picture("small");
  stream.setWidth(960);
  connections[1].end("too many viewers");
  assert.deepEqual([open(), said.at(-1)], [[480], null]);
  mock.timers.tick(500);
  assert.deepEqual(open(), [480, 960]);
});

test("a broken stream says why, and is opened again, later each time", () => {
  const { stream, connections, said, open } = play();
  stream.setWidth(480);
  connections[0].end("no video received");
  assert.equal(said.at(-1), "no video received");
  mock.timers.tick(499);
  assert.deepEqual(open(), []);
  mock.timers.tick(1);
  connections[1].end("no video received");
  mock.timers.tick(999);
  assert.deepEqual(open(), []);
  mock.timers.tick(1);
  connections[2].picture("back");
  assert.deepEqual([open(), said.at(-1)], [[480], null]);
});

test("a hidden page, and one without pictures, has no connection", () => {
  const { stream, connections, open } = play();
  stream.setWidth(480);
  document.hidden = true;
  document.changed();
  assert.deepEqual(open(), []);
  document.hidden = false;
  document.changed();
  assert.deepEqual(open(), [480]);
  connections[1].picture("back");
  stream.setWidth(null);
  assert.deepEqual(open(), []);
  mock.timers.tick(100000);
  assert.deepEqual(open(), []);
});
