// The transport: which tape is played, where, how fast; on tapes without a server, and a video that only notes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createLiveTape } from "../../../webapp/static/js/timeline/live-tape.js";
import { createMoment } from "../../../webapp/static/js/timeline/moment.js";
import { createSampler } from "../../../webapp/static/js/timeline/sampler.js";
import { createTransport } from "../../../webapp/static/js/timeline/transport.js";

const START = 1_800_000_000;
const person = (id) => ({ id, joints_3d: [], joints_camera: [], keypoints_2d: [] });
const scene = (seconds, people = []) => ({ frame: Math.round(10 * seconds), wall_time: START + seconds, people });

/** A video that follows every seek at once, and runs as the clock does. */
function quietPlayer() {
  const notes = [];
  return {
    notes,
    open: (address) => notes.push(["open", address]),
    seek: (time) => notes.push(["seek", time]),
    hold() {},
    lead: (time, playing, rate, elapsed) => (playing ? time + elapsed * rate : time),
  };
}

/** A recording of ten seconds, ten scenes a second, as a tape that is at hand. */
function recordingTape(name) {
  const tape = createLiveTape();
  for (let i = 0; i <= 100; i++) tape.push(scene(i / 10));
  return Object.defineProperties(
    { ...tape },
    Object.getOwnPropertyDescriptors({ kind: "recording", name, title: name, video: "v.mp4", start: 0, end: 10 }),
  );
}

function start(seconds = 30) {
  const liveTape = createLiveTape();
  for (let i = 0; i <= 10 * seconds; i++) liveTape.push(scene(i / 10));
  const player = quietPlayer();
  const transport = createTransport({ liveTape, player, openTape: async (name) => recordingTape(name) });
  let now = 0;
  transport.tick(0);
  const run = (s) => {
    for (let i = 0; i < 10 * s; i++) {
      now += 100;
      transport.tick(now);
    }
  };
  return { transport, liveTape, player, run };
}

const near = (value, wanted, by = 0.11) => assert.ok(Math.abs(value - wanted) <= by, `${value}, not ${wanted}`);

test("a recording plays at its own pace, and stops at its end", async () => {
  const { transport, run, player } = start();
  await transport.open("r");
  assert.deepEqual([transport.isLive, transport.playing, transport.time, transport.tape.name], [false, true, 0, "r"]);
  run(4);
  near(transport.time, 4);
  run(8);
  assert.deepEqual([transport.time, transport.playing], [10, false]);
  transport.play();
  near(transport.time, 0);
  assert.deepEqual(player.notes[0], ["open", "v.mp4"]);
});

test("speeds are 0.1 to 4", async () => {
  const { transport, run } = start();
  await transport.open("r");
  for (const [rate, moved] of [
    [0.1, 0.2],
    [4, 8],
    [0.001, 0.2],
  ]) {
    transport.seek(0);
    transport.setRate(rate);
    run(2);
    near(transport.time, moved, 0.01);
  }
});

test("steps go from scene to scene, and pause", async () => {
  const { transport } = start();
  await transport.open("r");
  transport.seek(5.04);
  transport.step(1);
  near(transport.time, 5.1, 1e-6);
  transport.step(-1);
  transport.step(-1);
  near(transport.time, 4.9, 1e-6);
  assert.equal(transport.playing, false);
});

test("a loop repeats, in whichever order its ends are given", async () => {
  const { transport, run } = start();
  await transport.open("r");
  transport.setLoop([4, 2]);
  assert.deepEqual(transport.loop, [2, 4]);
  const seen = [];
  for (let i = 0; i < 10; i++) {
    run(1);
    seen.push(transport.time);
  }
  assert.ok(
    seen.every((time) => time >= 2 && time < 4.01),
    String(seen),
  );
  transport.setLoop(null);
  run(3);
  assert.ok(transport.time > 4);
});

test("live can be paused, looked back at and caught up with", () => {
  const { transport, liveTape, run } = start();
  transport.pause();
  transport.seek(10);
  assert.deepEqual([transport.isLive, transport.time], [false, 10]);
  for (let i = 301; i <= 700; i++) liveTape.push(scene(i / 10));
  assert.equal(liveTape.start, 0, "nothing is dropped while somebody looks back");
  transport.play();
  transport.setRate(4);
  run(16);
  assert.deepEqual([transport.isLive, transport.rate, transport.playing], [true, 1, true]);
  near(liveTape.start, 10, 0.11);
});

test("what would not fit is left out, and the tape begins again when the page is live again", () => {
  const { transport, liveTape } = start();
  transport.pause();
  for (let i = 301; i <= 3000; i++) liveTape.push(scene(i / 10));
  assert.ok(liveTape.end <= 120.2);
  transport.live();
  liveTape.push(scene(300.1));
  assert.deepEqual([liveTape.start, liveTape.end], [0, 0]);
});

test("of two recordings that are opened at once, the last one is shown", async () => {
  const waiting = new Map();
  const liveTape = createLiveTape();
  const openTape = (name) => new Promise((resolve) => waiting.set(name, () => resolve(recordingTape(name))));
  const transport = createTransport({ liveTape, player: quietPlayer(), openTape });
  const [first, second] = [transport.open("a"), transport.open("b")];
  waiting.get("b")();
  waiting.get("a")();
  assert.deepEqual(await Promise.all([first, second]), [false, true]);
  assert.equal(transport.tape.name, "b");
});

test("a recording that was edited is read again, where it was", async () => {
  const { transport } = start();
  await transport.open("r");
  transport.setLoop([2, 8]);
  transport.seek(7);
  const before = transport.tape;
  await transport.refresh();
  assert.notEqual(transport.tape, before);
  assert.deepEqual([transport.time, transport.loop, transport.playing], [7, [2, 8], true]);
});

test("the live tape keeps a minute, and marks who comes and goes", () => {
  const tape = createLiveTape();
  for (let i = 0; i <= 900; i++) {
    const people = i >= 400 && i < 600 ? [person(7)] : [];
    const events = i === 500 ? [{ kind: "hands_up", person: 7, label: "Hands up" }] : [];
    tape.push({ ...scene(i / 10, people), events });
  }
  near(tape.start, 30);
  assert.deepEqual(
    tape.marks.map(({ kind, time, label }) => [kind, Math.round(10 * time), label]),
    [
      ["came", 400, "Person 7 came"],
      ["event", 500, "Hands up"],
      ["left", 599, "Person 7 left"],
    ],
  );
  assert.equal(tape.scenes(40, 41).length, 11);
  tape.push(scene(-5000));
  assert.deepEqual([tape.start, tape.end, tape.marks.length], [0, 0, 0]);
});

test("paused, a scene is shown as it is; playing, what is between two", async () => {
  const { transport, liveTape } = start();
  const timeline = { sample: () => true };
  const sampler = createSampler({ timeline, transport, liveTape });
  const moment = createMoment();
  await transport.open("r");
  transport.pause();
  transport.seek(5.05);
  assert.equal(sampler.sample(0, moment), true);
  near(moment.wallTime - START, 5, 1e-3);
  transport.play();
  sampler.sample(0, moment);
  near(moment.wallTime - START, 5.05, 1e-3);
});
