// Which people belong to a picture.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createScenes } from "../../../webapp/static/js/video/scenes.js";

const person = (id, x) => ({ id, keypoints_2d: [[x, 10, 0.5], null] });
const scene = (frame, ...people) => ({ frame, image_size: [640, 360], people });

function play(...pushed) {
  const scenes = createScenes();
  for (const one of pushed) scenes.push(one);
  return scenes;
}

test("a picture has the people of its own frame", () => {
  const scenes = play(scene(1, person(7, 100)), scene(2, person(7, 110)), scene(3, person(7, 130)));
  assert.equal(scenes.at(2).people[0].keypoints_2d[0][0], 110);
  assert.deepEqual([scenes.at(0), scenes.at(4)], [null, null]);
  assert.deepEqual([scenes.newest.frame, scenes.upTo(9).frame, scenes.upTo(0)], [3, 3, null]);
});

test("where its scene was skipped, people are between those before and after", () => {
  const scenes = play(scene(10, person(7, 100), person(8, 5)), scene(14, person(7, 120), person(9, 5)));
  const { people, size } = scenes.at(11);
  assert.deepEqual(size, [640, 360]);
  assert.deepEqual(people, [{ id: 7, keypoints_2d: [[105, 10, 0.5], null] }]);
});

test("people are not moved over a long gap", () => {
  assert.equal(play(scene(10, person(7, 100)), scene(400, person(7, 120))).at(11), null);
});

test("a source that starts again has none of the old scenes", () => {
  const scenes = play(scene(50), scene(51), scene(0));
  assert.deepEqual([scenes.newest.frame, scenes.at(50)], [0, null]);
});

test("few scenes are kept", () => {
  const scenes = play(...Array.from({ length: 200 }, (_, frame) => scene(frame)));
  assert.deepEqual([scenes.at(100), scenes.at(150).frame], [null, 150]);
});
