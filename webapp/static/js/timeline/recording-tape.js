// A recording as a tape: the scenes around the playhead, read from the server as they are needed. Times are seconds
// since its first scene. The file never changes; the edits that the server keeps beside it are applied here.

import { ApiError, address, get } from "../api.js";
import { titleOf } from "../recordings/titles.js";
import { createChunks } from "./chunks.js";
import { createEdits } from "./edits.js";
import { SAME_TIME_S } from "./reel.js";

const pathOf = (name) => `api/recordings/${encodeURIComponent(name)}`;

/**
 * A promise of the tape of the recording `name`; ApiError if the server has none. `onProblem(error)`: scenes around the
 * playhead cannot be fetched.
 */
export async function openRecording(name, onProblem) {
  const index = await indexOf(name);
  const entry = await entryOf(name);
  if (!entry) throw new ApiError(`there is no recording ${name}`, "choose another one", 404);
  if (index.times.length === 0) throw new ApiError("this recording contains no scenes", "choose another one", 400);
  return createRecordingTape(entry, index, { onProblem });
}

/** As the server lists it; undefined if it does not. */
async function entryOf(name) {
  const { recordings } = await get("api/recordings");
  return recordings.find((one) => one.name === name);
}

/** What of an entry a tape shows. */
const editsOf = ({ title, edits }) => JSON.stringify([title, edits]);

/** The server reads an older recording once, before it has an index of it. */
async function indexOf(name) {
  for (;;) {
    const answer = await get(`${pathOf(name)}/index`);
    if (answer.times) return answer;
  }
}

/** `entry`: as GET /api/recordings lists it; `index`: as GET …/index answers; `fetchText(first, last)`: of bytes. */
export function createRecordingTape(entry, index, { onProblem, fetchText = textOf(entry.name) } = {}) {
  const edits = createEdits(entry.edits);
  const [start, end] = edits.range(index.seconds);
  async function fetchScenes(first, last) {
    const text = await fetchText(first, last);
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => edits.apply(JSON.parse(line)));
  }

  const chunks = createChunks(index, { fetchScenes, onProblem });

  /** {number, index} of the scene shown at `time`; null if its chunk is not held. */
  function find(time) {
    const number = chunks.numberAt(time + SAME_TIME_S);
    const reel = chunks.reel(number);
    return reel ? { number, index: Math.max(0, reel.indexAt(time)) } : null;
  }

  /** The place `n` scenes from another; null beyond what is held. */
  function moved(place, n) {
    let { number, index: at } = place;
    at += n;
    for (let reel = chunks.reel(number); reel; reel = chunks.reel(number)) {
      if (at >= reel.times.length) {
        at -= reel.times.length;
        number++;
      } else if (at < 0) {
        number--;
        at += chunks.reel(number)?.times.length ?? 0;
      } else return { number, index: at };
    }
    return null;
  }

  const sceneOf = ({ number, index: at }) => chunks.reel(number).scenes[at];
  const timeOfPlace = ({ number, index: at }) => chunks.reel(number).times[at];

  const tape = {
    kind: "recording",
    name: entry.name,
    title: titleOf(entry),
    video: entry.video ? address(`${pathOf(entry.name)}/video`) : false,
    start,
    end,
    marks: index.marks.map(edits.applyToMark).filter((mark) => mark && mark.time >= start && mark.time <= end),
    timeOf: chunks.timeOf,

    scenes: (from, to) => chunks.between(Math.max(from, start), Math.min(to, end)),
    load: (from, to) => chunks.load(Math.max(from, start), Math.min(to, end)),
    follow: chunks.follow,
    has: (time) => find(time) !== null,

    at(time) {
      const place = find(time);
      return place && sceneOf(place);
    },

    after(time) {
      const place = find(time);
      const next = place && moved(place, 1);
      return next && { scene: sceneOf(next), time: timeOfPlace(next) };
    },

    stepped(time, n) {
      const place = find(time);
      const next = place && moved(place, n);
      return next && Math.min(Math.max(timeOfPlace(next), start), end);
    },

    /** A promise of whether it was edited or renamed since. */
    async isOutdated() {
      const now = await entryOf(entry.name);
      return now !== undefined && editsOf(now) !== editsOf(entry);
    },

    isEnd: (time) => time >= end - SAME_TIME_S,

    get heldSeconds() {
      return chunks.heldSeconds;
    },
  };
  return tape;
}

/** Fetches bytes of a recording, both ends included, as text. */
const textOf = (name) => async (first, last) => {
  const response = await fetch(address(pathOf(name)), { headers: { Range: `bytes=${first}-${last}` } });
  if (response.status === 206) return response.text();
  const { error, hint } = await response.json().catch(() => ({}));
  throw new ApiError(error ?? "the server did not send this part of the recording", hint ?? "", response.status);
};
