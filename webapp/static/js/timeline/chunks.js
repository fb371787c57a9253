// The pieces of a recording that are held: fetched by byte range, the farthest from the playhead dropped first.

import { createReel, lastUpTo } from "./reel.js";

/** Seconds of a piece: a seek waits for one of them. */
const CHUNK_S = 2;
/** Seconds that are fetched ahead and behind, and the most that is held. */
const AHEAD_S = 34;
const BEHIND_S = 20;
const HELD_S = 60;
/** After a failure, milliseconds. */
const RETRY_MS = 1000;

/**
 * `index`: the server's {times, offsets, bytes, seconds}. -> [{from, to, first, last}]: seconds, and the bytes of them,
 * both ends included.
 */
export function chunksOf({ times, offsets, bytes, seconds }) {
  const starts = [];
  for (let i = 0; i < times.length; i++) if (i === 0 || times[i] - times[starts.at(-1)] >= CHUNK_S) starts.push(i);
  return starts.map((at, i) => ({
    from: times[at],
    to: times[starts[i + 1]] ?? seconds,
    first: offsets[at],
    last: (offsets[starts[i + 1]] ?? bytes) - 1,
  }));
}

/** By the wall clock, as the index counts; where that was set back meanwhile, by the time of the source. */
function secondsBetween(before, scene) {
  const passed = scene.wall_time - before.wall_time;
  return passed >= 0 ? passed : Math.max(0, (scene.time ?? 0) - (before.time ?? 0));
}

/**
 * `fetchScenes(first, last)`: a promise of the scenes in these bytes. `onProblem(error)` when what is near the playhead
 * cannot be fetched.
 */
export function createChunks(index, { fetchScenes, onProblem = () => {} }) {
  const chunks = chunksOf(index);
  const starts = chunks.map(({ from }) => from);
  const most = Math.ceil(HELD_S / CHUNK_S);
  const held = new Map(); // by number: a reel
  const times = new WeakMap(); // by scene: seconds
  const pending = new Map(); // by number: a promise
  let resting = false; // after a failure
  let around = null; // the number of the chunk at the playhead

  const numberAt = (time) => Math.max(0, lastUpTo(starts, time));

  function drop() {
    while (held.size > most) {
      let farthest = null;
      for (const number of held.keys())
        if (farthest === null || Math.abs(number - around) > Math.abs(farthest - around)) farthest = number;
      held.delete(farthest);
    }
  }

  async function read(number) {
    const { from, first, last } = chunks[number];
    const reel = createReel();
    let before = null;
    for (const scene of await fetchScenes(first, last)) {
      reel.add(before === null ? from : reel.times.at(-1) + secondsBetween(before, scene), scene);
      times.set(scene, reel.times.at(-1));
      before = scene;
    }
    held.set(number, reel);
    drop();
  }

  function fetchChunk(number) {
    if (held.has(number)) return Promise.resolve();
    if (!pending.has(number))
      pending.set(
        number,
        read(number).finally(() => pending.delete(number)),
      );
    return pending.get(number);
  }

  /** The next chunk to fetch: the playhead's, then those ahead, then those behind; null if all are held. */
  function nextMissing() {
    const ahead = Math.ceil(AHEAD_S / CHUNK_S);
    const behind = Math.ceil(BEHIND_S / CHUNK_S);
    for (let i = 0; i <= ahead && around + i < chunks.length; i++) if (!held.has(around + i)) return around + i;
    for (let i = 1; i <= behind && around - i >= 0; i++) if (!held.has(around - i)) return around - i;
    return null;
  }

  /** One request at a time, for the playhead's chunk a second one beside it. */
  function fetchNext() {
    const number = nextMissing();
    if (resting || number === null || pending.has(number) || pending.size > (number === around ? 1 : 0)) return;
    fetchChunk(number).catch((error) => {
      resting = true;
      setTimeout(() => {
        resting = false;
      }, RETRY_MS);
      onProblem(error);
    });
  }

  return {
    numberAt,
    /** Seconds of a scene that was read here. */
    timeOf: (scene) => times.get(scene),
    /** The reel of a chunk; undefined if it is not held. */
    reel: (number) => held.get(number),

    /** The playhead is at `time`: keeps what is around it at hand. To be called again and again. */
    follow(time) {
      around = numberAt(time);
      fetchNext();
    },

    /** A promise of the scenes from `from` to `to` at hand, up to as many as are held. */
    load(from, to) {
      const first = numberAt(from);
      const last = Math.min(numberAt(to), first + most - 1);
      around ??= (first + last) >> 1;
      return Promise.all(Array.from({ length: last - first + 1 }, (_, i) => fetchChunk(first + i)));
    },

    /** What is held between two times. */
    between(from, to) {
      const found = [];
      for (let number = numberAt(from); number <= numberAt(to); number++)
        found.push(...(held.get(number)?.between(from, to) ?? []));
      return found;
    },

    get heldSeconds() {
      return held.size * CHUNK_S;
    },
  };
}
