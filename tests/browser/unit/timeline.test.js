import assert from "node:assert/strict";
import { test } from "node:test";
import { JOINT_COUNT } from "../../../webapp/static/js/skeleton.js";
import { createMoment } from "../../../webapp/static/js/timeline/moment.js";
import { createTimeline } from "../../../webapp/static/js/timeline/timeline.js";

const person = (id, x) => ({
  id,
  score: 0.9,
  keypoints_2d: Array.from({ length: JOINT_COUNT }, (_, joint) => (joint === 2 ? null : [10, 10, 0.8])),
  joints_3d: Array.from({ length: JOINT_COUNT }, () => [x, 1, 2]),
  joints_camera: Array.from({ length: JOINT_COUNT }, () => [x, 0, 3]),
});
const scene = (frame, time, people) => ({ frame, time, wall_time: 1000 + time, people });

/** Plays 15 scenes a second of a person walking at 1 m/s, `late(i)` ms late, shown at 60 Hz; -> [[now, x], ...] */
function play(late, seconds = 4) {
  const timeline = createTimeline();
  const moment = createMoment();
  const shown = [];
  let next = 0;
  for (let now = 0; now < 1000 * seconds; now += 1000 / 60) {
    for (; (1000 * next) / 15 + late(next) <= now; next++) {
      timeline.push(scene(next, next / 15, [person(1, next / 15)]), (1000 * next) / 15 + late(next));
    }
    if (timeline.sample(now, moment)) shown.push([now, moment.world[0]]);
  }
  return shown;
}

test("nothing is shown before the first scene", () => {
  assert.equal(createTimeline().sample(0, createMoment()), false);
});

test("motion is even at the display's rate, and at most two intervals late", () => {
  for (const [now, x] of play(() => 30).slice(60)) {
    const lateness = now / 1000 - x;
    assert.ok(lateness > 0.06 && lateness < 0.17, `${lateness} s late`);
  }
  const steps = play(() => 30)
    .slice(60)
    .map(([, x], i, all) => x - (all[i - 1]?.[1] ?? x - 1 / 60));
  for (const step of steps.slice(1)) assert.ok(Math.abs(step - 1 / 60) < 0.003, `a step of ${step} m`);
});

test("uneven arrival never makes time run backwards", () => {
  const positions = play((i) => 20 + ((i * 37) % 5) * 12)
    .slice(30)
    .map(([, x]) => x);
  for (let i = 1; i < positions.length; i++) assert.ok(positions[i] >= positions[i - 1] - 1e-6);
});

test("halfway between two scenes everybody is halfway, newcomers where they are", () => {
  const timeline = createTimeline();
  const moment = createMoment();
  timeline.push(scene(10, 1.0, [person(4, 0)]), 1000);
  timeline.push(scene(11, 1.1, [person(7, 5), person(4, 2)]), 1100);
  assert.ok(timeline.sample(1150, moment));
  assert.equal(moment.count, 2);
  assert.deepEqual([...moment.ids.slice(0, 2)], [7, 4]);
  assert.ok(Math.abs(moment.world[0] - 5) < 1e-5);
  assert.ok(Math.abs(moment.world[JOINT_COUNT * 3] - 1) < 1e-5);
  assert.ok(Math.abs(moment.wallTime - 1001.05) < 1e-6);
});

test("a source that starts again is followed at once", () => {
  const timeline = createTimeline();
  const moment = createMoment();
  for (let i = 0; i < 10; i++) timeline.push(scene(i, 50 + i / 10, [person(1, 9)]), 100 * i);
  timeline.push(scene(0, 0, [person(2, 3)]), 1000);
  timeline.sample(1001, moment);
  assert.deepEqual([moment.frame, moment.count, moment.ids[0]], [0, 1, 2]);
});

test("people without 3D are left out, unseen joints have no confidence", () => {
  const timeline = createTimeline();
  const moment = createMoment();
  timeline.push(scene(0, 0, [{ ...person(1, 0), joints_3d: [], joints_camera: [] }, person(2, 1)]), 0);
  timeline.sample(1, moment);
  assert.deepEqual([moment.count, moment.ids[0], moment.confidence[2]], [1, 2, 0]);
  assert.ok(moment.confidence[3] > 0.79);
});
