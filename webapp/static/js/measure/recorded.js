// Curves of recordings, measured by the server: asked for as they are needed, and kept while they are.

import { get } from "../api.js";

/** Answers that are kept. */
const MOST_KEPT = 24;
/** Milliseconds until it is asked again whether a recording is measured, and after a failure. */
const AGAIN_MS = 500;

/** The path of a person's curves; `range`: [from, to] in seconds, or null for all; `more`: other parameters. */
export function seriesPath({ name, person, quantities, range, raw }, more = {}) {
  const query = new URLSearchParams({ person, raw: raw ? "1" : "0", ...more });
  for (const quantity of quantities) query.append("quantity", quantity);
  if (range) {
    query.set("from", range[0].toFixed(3));
    query.set("to", range[1].toFixed(3));
  }
  return `api/recordings/${encodeURIComponent(name)}/series?${query}`;
}

/** `onChange()` when an answer has come; `load(path)`: a promise of it. */
export function createRecorded({ onChange, load = get }) {
  const held = new Map(); // by path, the newest last

  function keep(path, entry) {
    held.delete(path);
    held.set(path, entry);
    for (const oldest of held.keys()) {
      if (held.size <= MOST_KEPT) break;
      held.delete(oldest);
    }
  }

  async function fetchInto(path, entry) {
    try {
      const answer = await load(path);
      if (!answer.series) {
        entry.fraction = answer.fraction;
        setTimeout(() => held.get(path) === entry && fetchInto(path, entry), AGAIN_MS);
      } else Object.assign(entry, ready(answer));
    } catch (error) {
      entry.problem = error;
    }
    onChange();
  }

  return {
    /**
     * What is known of some curves of one person, as for `seriesPath`: {curves: {quantity: {values, statistics}},
     * times, decimated} once it has come, else {fraction} of the recording that is measured, or {problem}.
     */
    series(asked) {
      const path = seriesPath(asked);
      let entry = held.get(path);
      if (!entry) {
        entry = { fraction: 0 };
        fetchInto(path, entry);
      }
      keep(path, entry);
      return entry;
    },

    /** Forgets everything: the recording has been edited. */
    clear: () => held.clear(),
  };
}

function ready({ time, series, decimated }) {
  const curves = Object.fromEntries(
    series.map(({ quantity, values, statistics }) => [quantity, { values, statistics }]),
  );
  return { fraction: 1, times: time, curves, decimated };
}
