// The slider of time: the playhead, marks and the loop on one line, for pointer and keyboard.

import { h, setText } from "../dom.js";
import { clockTime, spokenTime } from "./clock-time.js";
import { KEPT_S } from "./live-tape.js";

/** Seconds that a key moves by. */
export const STEP_S = 1;
const LEAP_S = 10;
/** CSS pixels from a mark within which the pointer means it, and by which marks are apart. */
const MARK_PX = 6;
/** More marks than this would be a solid line. */
const MOST_MARKS = 400;

const percent = (share) => `${(100 * share).toFixed(3)}%`;

/** `transport`: as in transport.js; `loopFrom()`: where a loop is being begun, or null. */
export function createSlider({ transport, loopFrom }) {
  const loop = h("div", { class: "time-loop", hidden: true });
  const fill = h("div", { class: "time-fill" });
  const marks = h("div", { class: "time-marks" });
  const thumb = h("div", { class: "time-thumb" });
  const tip = h("div", { class: "time-tip", hidden: true });
  const line = h("div", { class: "time-line" }, fill, loop, marks, thumb);
  const element = h(
    "div",
    { class: "time-slider", role: "slider", tabindex: "0", "aria-label": "Time", "aria-orientation": "horizontal" },
    line,
    tip,
  );
  let drawnMarks = null;
  let drawnScale = "";
  let resume = false; // play when the pointer lets go

  /** [from, to] of the line, seconds: of the live tape, a minute even where less is kept yet. */
  function scale() {
    const { tape } = transport;
    return [tape.kind === "live" ? Math.min(tape.start, tape.end - KEPT_S) : tape.start, tape.end];
  }

  const shareOf = (time) => {
    const [from, to] = scale();
    return to > from ? Math.min(Math.max((time - from) / (to - from), 0), 1) : 1;
  };

  function timeAt({ clientX }) {
    const { left, width } = line.getBoundingClientRect();
    const [from, to] = scale();
    return from + Math.min(Math.max((clientX - left) / width, 0), 1) * (to - from);
  }

  function drawMarks() {
    const { tape } = transport;
    const key = `${tape.kind === "live" ? scale() : tape.name}`;
    if (tape.marks === drawnMarks && key === drawnScale) return;
    [drawnMarks, drawnScale] = [tape.marks, key];
    marks.replaceChildren(...tape.marks.slice(-MOST_MARKS).map(markAt));
  }

  function markAt({ time, kind }) {
    const mark = h("i", { class: kind });
    mark.style.left = percent(shareOf(time));
    return mark;
  }

  function nearestMark(time) {
    const [from, to] = scale();
    const within = (MARK_PX * (to - from)) / line.clientWidth;
    let best = null;
    for (const mark of transport.tape.marks) {
      const away = Math.abs(mark.time - time);
      if (away <= within && (best === null || away < Math.abs(best.time - time))) best = mark;
    }
    return best;
  }

  function showTip(event) {
    const time = timeAt(event);
    const mark = nearestMark(time);
    const text = clockTime(mark?.time ?? time, transport.tape);
    setText(tip, mark ? `${text} · ${mark.label}` : text);
    tip.hidden = false;
    tip.style.left = percent(shareOf(mark?.time ?? time));
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    resume = transport.playing;
    transport.pause();
    transport.seek(timeAt(event));
  });
  element.addEventListener("pointermove", (event) => {
    showTip(event);
    if (element.hasPointerCapture(event.pointerId)) transport.seek(timeAt(event));
  });
  for (const name of ["pointerup", "pointercancel"])
    element.addEventListener(name, () => {
      if (resume) transport.play();
      resume = false;
    });
  element.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
  element.addEventListener("keydown", (event) => {
    const { tape, time } = transport;
    const target = {
      ArrowLeft: time - STEP_S,
      ArrowDown: time - STEP_S,
      ArrowRight: time + STEP_S,
      ArrowUp: time + STEP_S,
      PageDown: time - LEAP_S,
      PageUp: time + LEAP_S,
      Home: tape.start,
      End: tape.end,
    }[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    transport.seek(target);
  });

  return {
    element,

    update() {
      const { tape, time, isLive } = transport;
      const at = isLive ? 1 : shareOf(time);
      const first = shareOf(tape.start);
      thumb.style.left = percent(at);
      fill.style.left = percent(first);
      fill.style.width = percent(Math.max(at - first, 0));
      const from = loopFrom();
      const [a, b] = transport.loop ?? (from === null ? [0, 0] : [Math.min(from, time), Math.max(from, time)]);
      loop.hidden = transport.loop === null && from === null;
      loop.style.left = percent(shareOf(a));
      loop.style.width = percent(shareOf(b) - shareOf(a));
      drawMarks();
      element.setAttribute("aria-valuemin", tape.start.toFixed(2));
      element.setAttribute("aria-valuemax", tape.end.toFixed(2));
      element.setAttribute("aria-valuenow", Math.min(Math.max(time, tape.start), tape.end).toFixed(2));
      element.setAttribute("aria-valuetext", spokenTime(transport));
    },
  };
}
