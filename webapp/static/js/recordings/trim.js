// The part of a recording that is kept: from, to.

import { h } from "../dom.js";
import { numberField } from "../fields.js";
import { duration } from "../format.js";

/**
 * `onChange(change, said)` resolves to null if the server refuses; `loopOf(name)`: A and B on the bar of time while
 * that recording is open there, or null. {element, update(entry)}.
 */
export function createTrim({ onChange, loopOf }) {
  const limits = { min: 0, step: 0.1, unit: "s" };
  const from = numberField({ label: "From", ...limits, placeholder: "start", onChange: (value) => send(value, end) });
  const to = numberField({ label: "To", ...limits, placeholder: "end", onChange: (value) => send(start, value) });
  const marked = h("button", { class: "button small", type: "button", onclick: takeLoop }, "Use A to B");
  const whole = h("button", { class: "button small", type: "button", onclick: () => send(null, null) }, "Keep all");
  const element = h(
    "div",
    { class: "field" },
    h("h4", {}, "Part that is kept"),
    h("div", { class: "pair" }, from.element, to.element),
    h("div", { class: "row" }, marked, whole),
  );
  let entry = null;
  let start = null;
  let end = null;

  function send(first, last) {
    if (first === null && last === null) return onChange({ trim_s: null }, "The whole recording is kept");
    const kept = [first ?? 0, last ?? entry.seconds];
    return onChange({ trim_s: kept }, `Kept ${duration(kept[0])} to ${duration(kept[1])}`);
  }

  function takeLoop() {
    const loop = loopOf(entry.name);
    if (loop) send(...loop.map((seconds) => Math.round(100 * seconds) / 100));
  }

  return {
    element,
    update(next) {
      entry = next;
      [start, end] = entry.edits.trim_s ?? [null, null];
      from.set(start);
      to.set(end);
      to.control.max = from.control.max = entry.seconds ?? "";
      whole.hidden = start === null;
      marked.hidden = loopOf(entry.name) === null;
    },
  };
}
