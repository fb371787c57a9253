// Pictures and the people drawn over them: always of one frame.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createVideo } from "../../../webapp/static/js/video/video.js";

/** A canvas that notes what is drawn on it. */
function paper() {
  const notes = { arcs: [], texts: [], pictures: [], cleared: 0 };
  const context = {
    arc: (x, y) => notes.arcs.push([x, y]),
    fillText: (text) => notes.texts.push(text),
    drawImage: (bitmap) => notes.pictures.push(bitmap.frame),
    clearRect: () => {
      notes.cleared++;
      notes.arcs.length = notes.texts.length = 0;
    },
    measureText: () => ({ width: 10 }),
  };
  for (const name of ["beginPath", "moveTo", "lineTo", "stroke", "fill", "roundRect", "fillRect"])
    context[name] = () => {};
  const canvas = { width: 0, height: 0, getContext: () => context };
  context.canvas = canvas;
  return { canvas, notes };
}

const points = (x) => Array.from({ length: 19 }, (_, joint) => (joint === 0 ? [x, 50, 0.9] : null));
const scene = (frame) => ({ frame, image_size: [640, 360], people: [{ id: 3, keypoints_2d: points(100 + frame) }] });

function play(view = "overlay") {
  const picture = paper();
  const people = paper();
  const widths = [];
  let add = null;
  const layers = {
    picture: picture.canvas,
    people: people.canvas,
    notes: { replaceChildren() {} },
    onResize() {},
    shownWidth: () => 320,
    setPart() {},
    density: 1,
  };
  const video = createVideo({
    layers,
    silence: () => 0,
    onStatus() {},
    view,
    open({ onPicture }) {
      add = (frame) => onPicture({ frame, bitmap: { frame, width: 320, height: 180, close() {} } });
      return { setWidth: (width) => widths.push(width) };
    },
  });
  video.setElsewhere([300, 200]);
  return { video, add, picture: picture.notes, people: people.notes, widths };
}

test("people are drawn where they are in the frame of the picture", () => {
  const { video, add, picture, people } = play();
  for (const frame of [1, 2, 3]) {
    video.push(scene(frame));
    add(frame);
  }
  video.show(2, 0);
  assert.deepEqual([picture.pictures, people.arcs], [[2], [[51, 25]]]);
});

test("where the picture is late, people wait for it", () => {
  const { video, add, picture, people } = play();
  for (const frame of [1, 2, 3, 4]) video.push(scene(frame));
  add(1);
  for (const frame of [1, 2, 3, 4]) video.show(frame, 0);
  assert.deepEqual([picture.pictures, people.arcs], [[1], [[50.5, 25]]]);
  add(4);
  video.show(4, 0);
  assert.deepEqual([picture.pictures, people.arcs], [[1, 4], [[52, 25]]]);
});

test("where the picture is early, it waits for its people", () => {
  const { video, add, picture } = play();
  video.push(scene(1));
  add(1);
  add(2);
  video.show(1, 0);
  assert.deepEqual(picture.pictures, [1]);
});

test("where its scene never comes, people are between their neighbours", () => {
  const { video, add, people } = play();
  video.push(scene(10));
  video.push(scene(14));
  add(12);
  video.show(14, 0);
  assert.deepEqual(people.arcs, [[56, 25]]);
});

test("nothing is drawn twice", () => {
  const { video, add, people } = play();
  video.push(scene(1));
  add(1);
  for (let now = 0; now < 10; now++) video.show(1, now);
  assert.equal(people.arcs.length, 1);
});

test("the raw view has nobody on it, and tags are switched off", () => {
  const { video, add, people } = play();
  video.push(scene(1));
  add(1);
  video.show(1, 0);
  assert.deepEqual(people.texts, ["3"]);
  video.setTags(false);
  video.show(1, 0);
  assert.deepEqual([people.texts, people.arcs.length], [[], 1]);
  video.setView("raw");
  video.show(1, 0);
  assert.equal(people.arcs.length, 0);
});

test("the skeleton view, and one without permission, requests no pictures", () => {
  const { video, add, picture, people, widths } = play();
  video.push(scene(1));
  add(1);
  video.show(1, 0);
  video.setView("skeleton");
  assert.equal(video.show(1, 0), true);
  assert.equal(video.show(1, 0), false);
  video.push(scene(2));
  video.show(2, 0);
  assert.deepEqual([widths, picture.pictures, people.arcs], [[320, null], [1], [[51, 25]]]);
  video.setView("overlay");
  video.setWithheld(true);
  assert.deepEqual(widths, [320, null, 320, null]);
});
