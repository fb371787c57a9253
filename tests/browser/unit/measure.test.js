import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { evaluateAngles } from "../../../webapp/static/js/measure/angles.js";
import { arcOf, directionsOf } from "../../../webapp/static/js/measure/arc.js";
import { createChoice } from "../../../webapp/static/js/measure/choice.js";
import { hipsOf, putOver } from "../../../webapp/static/js/measure/ghost.js";
import { createQuantities, PRESETS } from "../../../webapp/static/js/measure/quantities.js";
import { createSceneValues } from "../../../webapp/static/js/measure/scene-values.js";
import { differenceOf, figuresOf, sizeOf, valueAt } from "../../../webapp/static/js/measure/statistics.js";
import { dot } from "../../../webapp/static/js/measure/vectors.js";
import { createProjection } from "../../../webapp/static/js/measure/video-arcs.js";
import { jointAt } from "../../../webapp/static/js/measure/video-pick.js";
import { sourceOf } from "../../../webapp/static/js/send/files.js";
import { JOINT, JOINT_COUNT } from "../../../webapp/static/js/skeleton.js";
import { standing } from "./people.js";

const file = new URL("../../../engine/motion/angles.json", import.meta.url);
const definitions = JSON.parse(readFileSync(file));
const quantities = createQuantities(definitions);

/** Somebody with bent knees and elbows, leaning and looking aside. */
function bent() {
  const joints = standing({ x: 0.3, theta: 0.7 });
  const move = (name, x, y, z) => {
    joints[3 * JOINT[name]] += x;
    joints[3 * JOINT[name] + 1] += y;
    joints[3 * JOINT[name] + 2] += z;
  };
  for (const side of ["left", "right"]) {
    move(`${side}_knee`, 0.1, 0.02, 0.25);
    move(`${side}_wrist`, 0, 0.2, 0.2);
    move(`${side}_elbow`, 0.1, 0.1, -0.1);
  }
  move("neck", 0.1, -0.05, 0.12);
  move("nose", 0.05, 0.01, 0.02);
  return joints;
}

test("the arc of every angle is as wide as the angle", () => {
  const joints = bent();
  const degrees = evaluateAngles(definitions, joints, "+y", []);
  definitions.angles.forEach((definition, index) => {
    const arc = arcOf(definitions, definition, joints);
    const between = (Math.acos(Math.min(1, dot(arc.from, arc.to))) * 180) / Math.PI;
    assert.ok(Math.abs(between - Math.abs(degrees[index])) < 0.01, `${definition.name}: ${between} ${degrees[index]}`);
  });
});

test("an arc is drawn evenly from one side to the other", () => {
  const directions = directionsOf({ from: [1, 0, 0], to: [0, 1, 0] }, 4);
  assert.equal(directions.length, 5);
  assert.ok(Math.abs(directions[2][0] - Math.SQRT1_2) < 1e-12);
  assert.ok(directions.every((each) => Math.abs(dot(each, each) - 1) < 1e-12));
  assert.equal(directionsOf({ from: [1, 0, 0], to: [1, 0, 0] }, 4).length, 2);
  assert.equal(directionsOf({ from: [1, 0, 0], to: [-1, 0, 0] }, 4).length, 2);
});

test("without a joint there is no arc", () => {
  const joints = bent().fill(NaN, 3 * JOINT.left_knee, 3 * JOINT.left_knee + 3);
  const arc = (name) => arcOf(definitions, quantities.get(name).definition, joints);
  assert.equal(arc("left_knee_flexion"), null);
  assert.notEqual(arc("right_knee_flexion"), null);
});

test("at a joint is measured what people expect first", () => {
  assert.equal(quantities.at(JOINT.left_knee)[0], "left_knee_flexion");
  assert.equal(quantities.at(JOINT.right_shoulder)[0], "right_shoulder_elevation");
  assert.equal(quantities.at(JOINT.neck)[0], "trunk_lean");
  assert.equal(quantities.at(JOINT.nose)[0], "head_turn");
  assert.deepEqual(quantities.at(JOINT.left_wrist), ["left_wrist_speed", "left_wrist_height"]);
  for (const [, names] of PRESETS) for (const name of names) assert.ok(quantities.get(name), name);
  assert.equal(quantities.names.length, definitions.angles.length + 2 * JOINT_COUNT);
});

test("curves of scenes: angles, heights upwards, speeds, and gaps", () => {
  const scene = (time, height, seen = true) => {
    const flat = standing({ x: time });
    const joints = Array.from({ length: JOINT_COUNT }, (_, j) => [...flat.subarray(3 * j, 3 * j + 3)]);
    const person = { id: 3, joints_3d: joints.map(([x, y, z]) => [x, -(y + height), -z]) };
    return { time, up: "-y", people: seen ? [person] : [] };
  };
  const scenes = [0, 0.1, 0.2, 0.3, 0.4].map((time, i) => scene(time, 0.5, i !== 3));
  const values = createSceneValues(quantities);
  const curve = (quantity) => values.curve(scenes, (one) => one.time, { person: 3, quantity }).values;
  const rest = standing()[3 * JOINT.nose + 1];
  assert.ok(Math.abs(curve("nose_height")[0] - rest - 0.5) < 1e-6);
  assert.ok(Math.abs(curve("nose_speed")[1] - 1) < 1e-5);
  assert.deepEqual(
    curve("nose_speed").map((value) => value === null),
    [true, false, true, true, true],
  );
  assert.ok(curve("left_knee_flexion")[0] < 15);
});

test("figures, repetitions and differences", () => {
  const times = Array.from({ length: 1200 }, (_, i) => i / 30);
  const squats = times.map((time) => 45 - 45 * Math.cos(Math.PI * time));
  const figures = figuresOf(squats, 20);
  assert.equal(figures.repetitions.count, 20);
  assert.ok(Math.abs(figures.range - 90) < 1e-9);
  assert.equal(figuresOf([null, null], 20).min, null);
  const late = { times: times.map((time) => time + 1), values: squats.map((value) => value + 5) };
  const { values } = differenceOf({ times, values: squats }, late, -1, false);
  const { mean, max } = sizeOf(values);
  assert.ok(Math.abs(mean - 5) < 1e-6 && Math.abs(max - 5) < 1e-6);
  const round = differenceOf({ times: [0], values: [179] }, { times: [0], values: [-179] }, 0, true);
  assert.ok(Math.abs(round.values[0] + 2) < 1e-9);
});

test("the value at a time lies between its neighbours, and not in a gap", () => {
  const times = [0, 0.1, 0.2, 0.9];
  const values = [0, 10, null, 20];
  assert.equal(valueAt(times, values, 0.05), 5);
  assert.equal(valueAt(times, values, 0.1), 10);
  for (const time of [-1, 0.15, 0.5, 2]) assert.equal(valueAt(times, values, time, 0.25), null);
});

test("colours of curves are given back, and nobody gets more than there are", () => {
  let fulls = 0;
  const choice = createChoice({ onChange: () => {}, full: () => fulls++ });
  choice.toggle(1, "left_knee_flexion", "right_knee_flexion");
  assert.deepEqual(
    choice.list.map(({ colour }) => colour),
    [0, 1],
  );
  choice.remove(1, "left_knee_flexion");
  choice.add(1, "trunk_lean");
  assert.equal(choice.list.at(-1).colour, 0);
  choice.add(1, ...quantities.names.slice(0, 10));
  assert.equal(choice.list.length, 8);
  assert.equal(fulls, 1);
  choice.moveTo([7]);
  assert.ok(choice.list.every(({ person }) => person === 7));
});

test("a ghost lies hips over hips, turned as at A, and as high as it moves itself", () => {
  const main = hipsOf(standing({ x: 2, z: 1, theta: 0.5 }));
  const ghost = standing({ x: -1, y: 0.3, z: 4, theta: -0.4 });
  const placed = putOver(ghost, main, { ghost: hipsOf(ghost), main });
  const found = hipsOf(placed);
  for (const key of ["x", "y", "z", "heading"]) assert.ok(Math.abs(found[key] - main[key]) < 1e-5, key);
  const crouched = standing({ x: -1, y: 0.1, z: 4, theta: -0.4 });
  assert.ok(Math.abs(hipsOf(putOver(crouched, main, { ghost: hipsOf(ghost), main })).y - main.y + 0.2) < 1e-5);
});

test("a click on the video means the nearest joint within reach", () => {
  const people = [{ id: 4, keypoints_2d: [[100, 50, 1], null, [300, 50, 1]] }];
  const size = [400, 200];
  assert.deepEqual(jointAt([105, 104], [400, 300], size, people), { id: 4, joint: 0 });
  assert.deepEqual(jointAt([150, 80], [200, 200], size, people), { id: 4, joint: 2 });
  assert.equal(jointAt([200, 150], [400, 300], size, people), null);
});

test("arcs are seen by the camera where the body is", () => {
  const identity = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const camera = { extrinsics: { R: identity, t: [0, 0, 0] }, up: "-y", fx: 500, fy: 500, cx: 320, cy: 180 };
  // The camera looks along z with y down; display space has y up and z towards the viewer.
  assert.deepEqual(createProjection(camera)([0.5, 0.2, -2]), [320 + 125, 180 - 50]);
  assert.equal(createProjection(camera)([0, 0, 2]), null);
});

test("files are taken as they lie there, unless they are to be changed", () => {
  const whole = { range: null, person: null, raw: false, edited: false };
  const jsonl = { name: "jsonl", path: "?format=jsonl", prepared: false, pictures: false };
  const rows = { name: "csv", path: "?format=csv", prepared: false, pictures: false };
  const bvh = { name: "bvh", path: "/export?format=bvh", prepared: true, pictures: false };
  assert.equal(sourceOf(jsonl, whole).path, "?format=jsonl");
  assert.equal(sourceOf(jsonl, { ...whole, range: [1, 2], raw: true }).path, "/export?format=jsonl&from=1&to=2");
  assert.equal(sourceOf(rows, whole).path, "/export?format=csv&layout=long");
  assert.equal(sourceOf(rows, { ...whole, raw: true }).path, "?format=csv");
  assert.equal(sourceOf(bvh, { ...whole, person: 3, raw: true }).path, "/export?format=bvh&person=3&raw=1");
  const mp4 = { name: "mp4", path: "?format=mp4", prepared: false, pictures: true };
  assert.equal(sourceOf(mp4, { ...whole, range: [1, 2] }).path, "?format=mp4");
});
