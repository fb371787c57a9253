// What is shown of the chosen curves: in the chart, in the table of figures, and as marks on bodies.

import { withUnit } from "./readout.js";
import { differenceOf, figuresOf, part, sizeOf, valueAt } from "./statistics.js";

const LIVE_S = 60;

/**
 * `transport`, `choice`, `quantities`, `curves`, `recorded`, `ghost`, `chart`, `readout` as of their modules;
 * `labelOf(id)`: of a person.
 */
export function createBoard({ transport, choice, quantities, curves, recorded, ghost, chart, readout, labelOf }) {
  let frozen = [0, LIVE_S]; // what was shown of the live tape when it was left
  let onlyDifference = false;
  let awaited = null; // the ghost's curves that are still on their way

  /** [from, to] of the time axis. */
  function range() {
    const { tape, isLive, time } = transport;
    if (tape.kind === "recording") return curves.view ?? [tape.start, tape.end];
    if (isLive) frozen = [tape.end - LIVE_S, tape.end];
    return [Math.min(frozen[0], time), Math.max(frozen[1], time)];
  }

  function labelled({ person, quantity }) {
    const { label } = quantities.get(quantity);
    const several = choice.list.some((one) => one.person !== choice.list[0].person);
    return several ? `${label} · ${labelOf(person)}` : label;
  }

  /** The same quantity of the ghost, moved to the times that it is compared with; null while there is none. */
  function ghostCurve(one) {
    if (!ghost.isOpen || transport.tape.kind !== "recording") return null;
    const [from, to] = range();
    const offset = ghost.offset;
    const own = [Math.max(0, from - offset), Math.max(0, to - offset)];
    if (own[1] <= own[0]) return null;
    const quantitiesOfAll = [...new Set(choice.list.map(({ quantity }) => quantity))];
    const asked = { name: ghost.name, person: ghost.person, quantities: quantitiesOfAll, range: own, raw: curves.raw };
    const series = recorded.series(asked);
    const curve = series.curves?.[one.quantity];
    if (!curve) awaited = series;
    return curve ? { times: series.times.map((time) => time + offset), values: curve.values } : null;
  }

  /** All that is drawn and listed: the curves, those of the ghost, and the differences. */
  function lines() {
    const found = [];
    curves.all(choice.list).forEach((curve, i) => {
      const one = choice.list[i];
      const { unit, turn, signed } = quantities.get(one.quantity);
      const base = { unit, turn, colour: one.colour, one };
      const main = curve.pending ? { times: [], values: [] } : curve;
      found.push({ ...base, key: one.key, kind: "main", label: labelled(one), ...main });
      const other = ghostCurve(one);
      if (!other) return;
      found.push({ ...base, key: `${one.key} ghost`, kind: "ghost", dashed: true, label: "Ghost", ...other });
      const apart = differenceOf(main, other, 0, signed);
      found.push({ ...base, key: `${one.key} difference`, kind: "difference", label: "Difference", ...apart });
    });
    return found;
  }

  const drawn = (kind) => (onlyDifference ? kind === "difference" : kind !== "difference");

  function figuresFor(line) {
    if (line.kind === "main") return curves.figures(choice.list, line.one);
    const { values } = transport.loop ? part(line, transport.loop) : line;
    const figures = figuresOf(values, line.turn);
    return line.kind === "ghost" ? figures : { ...figures, repetitions: null, size: sizeOf(values) };
  }

  function list(found) {
    readout.setCurves(found);
    for (const line of found) {
      const now =
        line.kind === "main" ? curves.now(choice.list, line.one) : valueAt(line.times, line.values, transport.time);
      const figures = figuresFor(line);
      readout.set(line.key, line.unit, now, figures);
      if (figures?.size) {
        const { mean, max } = figures.size;
        readout.setLabel(line.key, `Difference: mean ${withUnit(mean, line.unit)}, most ${withUnit(max, line.unit)}`);
      }
    }
  }

  function describePart() {
    const { loop, tape } = transport;
    if (loop) return `From A to B: ${(loop[1] - loop[0]).toFixed(2)} s`;
    return tape.kind === "live" ? "The last minute" : "The whole recording";
  }

  return {
    setDifference(is) {
      onlyDifference = is;
    },
    /** What is not there yet: {fraction} that is measured, or {problem}; null for nothing. */
    get pending() {
      return choice.list.length > 0 ? (curves.pending(choice.list) ?? awaited) : null;
    },
    get difference() {
      return onlyDifference;
    },

    /** Draws everything. */
    draw() {
      awaited = null;
      const found = lines();
      const shown = found.filter(({ kind }) => drawn(kind));
      chart.show(shown, range(), transport.tape.kind === "live");
      chart.describe(`Curves of ${shown.map(({ label }) => label).join(", ")}`);
      readout.setPart(describePart());
      chart.mark(transport.time, transport.loop);
      list(found);
    },

    /** key -> {text, colour}: the numbers at the joints. */
    texts() {
      return new Map(
        choice.list.map((one) => {
          const { unit } = quantities.get(one.quantity);
          const now = curves.now(choice.list, one);
          const text = unit === "°" && now !== null ? `${Math.round(now)}°` : withUnit(now, unit);
          return [one.key, { text, colour: one.colour }];
        }),
      );
    },
  };
}
