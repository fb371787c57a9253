// The chosen curves with their values and figures, wherever they come from: live scenes, or a recording on the server.

import { figuresOf, part, valueAt } from "./statistics.js";

/** Seconds around the playhead whose every value is fetched where the whole is decimated. */
const FINE_S = 60;

/** Live scenes farther apart than this, seconds, have nothing between them. */
const GAP_S = 0.6;

/** `transport` of the timeline; `quantities`, `recorded`, `values` as of their modules. */
export function createCurves({ transport, quantities, recorded, values }) {
  let view = null; // [from, to] that is shown of a recording; null for all
  let raw = false;
  const live = new Map(); // by key: the curves of one drawing

  /** What is asked of the server: all the quantities of a person at once. */
  const asked = (name, list, person, range) => ({
    name,
    person,
    quantities: list.filter((one) => one.person === person).map((one) => one.quantity),
    range,
    raw,
  });

  function recordedCurve(tape, list, one, range) {
    const series = recorded.series(asked(tape.name, list, one.person, range));
    const curve = series.curves?.[one.quantity];
    return curve ? { times: series.times, ...curve, decimated: series.decimated } : { pending: series };
  }

  function liveCurve(tape, one) {
    if (!live.has(one.key)) live.set(one.key, values.curve(tape.scenes(tape.start, tape.end), tape.timeOf, one));
    return live.get(one.key);
  }

  const curveOf = (list, one, range) =>
    transport.tape.kind === "live" ? liveCurve(transport.tape, one) : recordedCurve(transport.tape, list, one, range);

  return {
    get raw() {
      return raw;
    },
    get view() {
      return view;
    },
    setRaw(is) {
      raw = is;
    },
    setView(range) {
      view = range;
    },

    /** Before each drawing: live curves have grown. */
    refresh: () => live.clear(),

    /** {times, values} of each of `list`, or {pending}. */
    all: (list) => list.map((one) => curveOf(list, one, view)),

    /** The figures of A to B, or of all; null while they are on their way. */
    figures(list, one) {
      const { loop } = transport;
      const curve = curveOf(list, one, loop);
      if (curve.pending) return null;
      if (curve.statistics) return curve.statistics;
      const { values: all } = loop ? part(curve, loop) : curve;
      return figuresOf(all, quantities.get(one.quantity).turn);
    },

    /** The value at the playhead; null where there is none, or it is not known yet. */
    now(list, one) {
      const { tape, time } = transport;
      let curve = curveOf(list, one, view);
      if (curve.decimated) {
        const start = Math.floor(time / FINE_S) * FINE_S;
        curve = recordedCurve(tape, list, one, [start - 1, start + FINE_S + 1]);
      }
      return curve.pending ? null : valueAt(curve.times, curve.values, time, tape.kind === "live" ? GAP_S : Infinity);
    },

    /** Why there is no curve: a fraction that is measured, or a problem; null where all are there. */
    pending(list) {
      for (const one of list) {
        const { pending } = curveOf(list, one, view);
        if (pending) return pending;
      }
      return null;
    },
  };
}
