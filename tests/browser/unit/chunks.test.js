// A recording as a tape: pieces by byte range, a minute around the playhead and no more; and its edits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chunksOf, createChunks } from "../../../webapp/static/js/timeline/chunks.js";
import { createEdits } from "../../../webapp/static/js/timeline/edits.js";
import { createRecordingTape } from "../../../webapp/static/js/timeline/recording-tape.js";

const START = 1_800_000_000;

/** The text of a recording, ten scenes a second, and its index, with an entry a second. */
function record(seconds, people = () => []) {
  let text = "";
  const index = { start_wall_time: START, seconds, times: [], offsets: [], marks: [] };
  for (let i = 0; i <= 10 * seconds; i++) {
    if (i % 10 === 0) {
      index.times.push(i / 10);
      index.offsets.push(text.length);
    }
    text += `${JSON.stringify({ frame: i, wall_time: START + i / 10, people: people(i / 10) })}\n`;
  }
  return { text, index: { ...index, bytes: text.length } };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

function open(seconds, { entry = {}, people } = {}) {
  const { text, index } = record(seconds, people);
  const asked = [];
  const fetchText = async (first, last) => {
    asked.push([first, last]);
    return text.slice(first, last + 1);
  };
  const tape = createRecordingTape({ name: "r", video: false, ...entry }, index, { fetchText });
  return { tape, asked, bytes: index.bytes };
}

async function follow(tape, time, turns = 60) {
  for (let i = 0; i < turns; i++) {
    tape.follow(time);
    await settle();
  }
}

test("pieces are about two seconds, and cover every byte once", () => {
  const { index } = record(61);
  const chunks = chunksOf(index);
  assert.equal(chunks.length, 31);
  assert.deepEqual([chunks[0].first, chunks.at(-1).last], [0, index.bytes - 1]);
  for (let i = 1; i < chunks.length; i++) assert.equal(chunks[i].first, chunks[i - 1].last + 1);
});

test("a seek asks for the playhead's piece first, and an hour never holds more than a minute", async () => {
  const { tape, asked } = open(3600);
  for (const time of [0, 1800, 3599, 12]) {
    const before = asked.length;
    tape.follow(time);
    await settle();
    assert.equal(tape.at(time).wall_time, START + time);
    assert.equal(asked.length, before + 1);
    await follow(tape, time);
    assert.ok(tape.heldSeconds <= 60);
    assert.ok(tape.has(Math.max(0, time - 15)) && tape.has(Math.min(3600, time + 25)));
  }
});

test("what a failure left out is asked for again, later", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const problems = [];
  let tries = 0;
  const fetchScenes = async () => {
    tries++;
    if (tries === 1) throw new Error("gone");
    return [{ wall_time: 0 }];
  };
  const index = { times: [0], offsets: [0], bytes: 9, seconds: 1 };
  const chunks = createChunks(index, { fetchScenes, onProblem: (error) => problems.push(error) });
  const turns = async (count) => {
    for (let i = 0; i < count; i++) {
      chunks.follow(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await turns(20);
  assert.deepEqual([tries, problems.length], [1, 1]);
  context.mock.timers.tick(1000);
  await turns(20);
  assert.deepEqual([tries, chunks.between(0, 1).length], [2, 1]);
});

test("steps cross from one piece to the next", async () => {
  const { tape } = open(20);
  await tape.load(0, 20);
  const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-5, `${value}`);
  near(tape.stepped(3.9, 1), 4);
  near(tape.stepped(4, -1), 3.9);
  assert.equal(tape.stepped(0, -1), null);
  near(tape.after(3.95).time, 4);
  assert.equal(tape.scenes(3.8, 4.2).length, 5);
});

test("a tape is as its recording was edited", async () => {
  const seen = (id, joints = [[0, 0, 0]]) => ({ id, joints_3d: joints });
  // Who is merged is seen twice at the end, once without 3D: the other one counts.
  const people = (time) => [seen(1, time > 5 ? [] : [[1, 0, 0]]), seen(2), time > 5 ? seen(4, [[4, 0, 0]]) : seen(3)];
  const edits = { trim_s: [2, 8], merged: [[1, 4]], deleted: [2], names: { 1: "Ada" } };
  const { tape } = open(10, { entry: { edits, label: "Squats 2" }, people });
  await tape.load(0, 10);
  assert.deepEqual([tape.title, tape.start, tape.end], ["Squats 2", 2, 8]);
  assert.deepEqual(
    tape.at(4).people.map(({ id, name }) => [id, name]),
    [
      [1, "Ada"],
      [3, undefined],
    ],
  );
  assert.deepEqual(
    tape.at(6).people.map(({ id, name, joints_3d: joints }) => [id, name, joints]),
    [[1, "Ada", [[4, 0, 0]]]],
  );
});

test("marks of those who were deleted go, those of the merged are of the one they became", () => {
  const { applyToMark } = createEdits({ merged: [[1, 4]], deleted: [2] });
  assert.equal(applyToMark({ kind: "came", person: 2 }), null);
  assert.deepEqual(applyToMark({ kind: "came", person: 4, label: null }), {
    kind: "came",
    person: 1,
    label: "Person 1 came",
  });
  assert.equal(applyToMark({ kind: "event", person: null }).kind, "event");
});
