// The chart of the curves: one axis a unit, the playhead and the part A to B over it. Dragging moves the playhead.

import { uPlot } from "../../vendor/vendor.js";
import { h } from "../dom.js";

const FONT = "11px system-ui, sans-serif";
const AXIS_PX = 44;
/** Room for half of the time below the last line. */
const LAST_PX = 22;
/** Of a scale around its values. */
const MARGIN = 0.08;
/** A flat curve is drawn in the middle of this much, by unit. */
const LEAST = { "°": 10, "m/s": 0.2, m: 0.1 };
/** Seconds between the ticks of a time axis that counts backwards. */
const AGE_S = 10;
/** What one step of the wheel makes of the shown part, and the least seconds that are shown. */
const ZOOM = 1.25;
const LEAST_S = 0.5;

/**
 * `onHold()` when the pointer takes the playhead, `onScrub(seconds)` as it moves, `onRelease()`; `onView([from, to])`
 * when the wheel has changed what is shown; `format(seconds)` of the axis.
 */
export function createChart({ onHold, onScrub, onRelease, onView, format }) {
  const playhead = h("i", { class: "curve-playhead", hidden: true });
  const loop = h("i", { class: "curve-loop", hidden: true });
  const place = h("div", { class: "curve-plot", role: "img", "aria-label": "Curves" });
  let chart = null;
  let built = ""; // what the chart was made for
  let range = [0, 1];
  let backwards = false;
  let shown = { time: null, loop: null };

  const colourOf = (name) => getComputedStyle(place).getPropertyValue(name).trim();

  /** Every ten seconds before the end. */
  const ages = (_, __, from, to) => {
    const count = Math.floor((to - from) / AGE_S + 1e-6);
    return Array.from({ length: count + 1 }, (_each, i) => to - AGE_S * (count - i));
  };

  function rangeOf(unit) {
    return (_, low, high) => {
      if (low === null || high === null) return [0, LEAST[unit]];
      const middle = (low + high) / 2;
      const half = Math.max((high - low) * (0.5 + MARGIN), LEAST[unit] / 2);
      return [middle - half, middle + half];
    };
  }

  function build(curves, data) {
    chart?.destroy();
    const units = [...new Set(curves.map(({ unit }) => unit))];
    const muted = colourOf("--text-muted");
    const line = { stroke: colourOf("--line"), width: 1 };
    const axis = { stroke: muted, font: FONT, ticks: { show: false } };
    chart = new uPlot(
      {
        width: Math.max(place.clientWidth, 120),
        height: Math.max(place.clientHeight, 60),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        padding: [8, units.length > 1 ? 0 : LAST_PX, 0, 0],
        scales: {
          x: { time: false, range: () => range },
          ...Object.fromEntries(units.map((unit) => [unit, { range: rangeOf(unit) }])),
        },
        axes: [
          {
            ...axis,
            grid: line,
            size: 24,
            values: (_, splits) => splits.map(format),
            ...(backwards ? { splits: ages } : {}),
          },
          ...units.map((unit, i) => ({
            ...axis,
            scale: unit,
            side: i === 0 ? 3 : 1,
            size: AXIS_PX,
            space: 24,
            grid: i === 0 ? line : { show: false },
            values: (_, splits) => splits.map((value) => `${+value.toFixed(2)} ${unit}`.replace(" °", "°")),
          })),
        ],
        series: [
          {},
          ...curves.map(({ label, unit, colour, dashed }) => ({
            label,
            scale: unit,
            stroke: colourOf(`--curve-${colour}`),
            width: 1.8,
            dash: dashed ? [5, 4] : undefined,
            points: { show: false },
          })),
        ],
      },
      data,
      place,
    );
    chart.over.append(loop, playhead);
    listen(chart.over);
  }

  const timeAt = (event) => {
    const { left, width } = chart.over.getBoundingClientRect();
    return chart.posToVal(Math.min(Math.max(event.clientX - left, 0), width), "x");
  };

  function listen(over) {
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      over.setPointerCapture(event.pointerId);
      onHold();
      onScrub(timeAt(event));
    });
    over.addEventListener("pointermove", (event) => {
      if (over.hasPointerCapture(event.pointerId)) onScrub(timeAt(event));
    });
    over.addEventListener("pointerup", onRelease);
    over.addEventListener("wheel", zoom, { passive: false });
  }

  function zoom(event) {
    event.preventDefault();
    const by = event.deltaY > 0 ? ZOOM : 1 / ZOOM;
    const at = timeAt(event);
    const [from, to] = range;
    if (by < 1 && to - from <= LEAST_S) return;
    onView([at - (at - from) * by, at + (to - at) * by]);
  }

  function mark() {
    if (!chart) return;
    const [from, to] = range;
    const px = (time) => chart.valToPos(Math.min(Math.max(time, from), to), "x");
    const { time, loop: ab } = shown;
    playhead.hidden = time === null || time < from || time > to;
    if (!playhead.hidden) playhead.style.transform = `translateX(${px(time)}px)`;
    loop.hidden = ab === null || ab[1] < from || ab[0] > to;
    if (loop.hidden) return;
    loop.style.left = `${px(ab[0])}px`;
    loop.style.width = `${px(ab[1]) - px(ab[0])}px`;
  }

  new ResizeObserver(() => {
    if (!chart || place.clientWidth === 0) return;
    chart.setSize({ width: place.clientWidth, height: Math.max(place.clientHeight, 60) });
    mark();
  }).observe(place);

  return {
    element: place,

    /**
     * `curves`: [{key, label, unit, colour, dashed, times, values}]; `shownRange`: [from, to] of the time axis, which
     * counts back from its end where `isLive`.
     */
    show(curves, shownRange, isLive) {
      range = shownRange;
      backwards = isLive;
      const data =
        curves.length > 0 ? uPlot.join(curves.map(({ times, values }) => [times, values])) : [[range[0], range[1]]];
      const made = JSON.stringify([curves.map(({ key, colour, dashed }) => [key, colour, dashed]), theme(), isLive]);
      if (made !== built) build(curves, data);
      else chart.setData(data);
      built = made;
      mark();
    },

    /** `time`: of the playhead, null for none; `ab`: [A, B] or null. */
    mark(time, ab) {
      shown = { time, loop: ab };
      mark();
    },

    describe: (text) => place.setAttribute("aria-label", text),
  };
}

const theme = () => document.documentElement.dataset.theme;
