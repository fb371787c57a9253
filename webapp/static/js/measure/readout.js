// The table below the curves: each with its value at the playhead, its figures, and a button that removes it.

import { h, setText } from "../dom.js";
import { icon } from "../icons.js";

const DIGITS = { "°": 1, "m/s": 2, m: 2 };
const COLUMNS = ["now", "min", "max", "range", "reps"];

/** A number with its unit; "–" where there is none. */
export function withUnit(value, unit) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return `${value.toFixed(DIGITS[unit])}${unit === "°" ? "" : " "}${unit}`;
}

/** `onRemove(key)`. */
export function createReadout({ onRemove }) {
  const body = h("tbody", {});
  const part = h("caption", { class: "help" });
  const hidden = h("span", { class: "visually-hidden" }, "Remove");
  const head = ["Curve", ...COLUMNS, hidden].map((title) => h("th", { scope: "col" }, title));
  const element = h("table", { class: "curve-table" }, part, h("thead", {}, h("tr", {}, ...head)), body);
  let rows = new Map();
  let listed = "";

  function row({ key, colour, label, dashed, kind }) {
    const cells = Object.fromEntries(COLUMNS.map((name) => [name, h("td", {})]));
    const swatch = h("i", { class: dashed ? "swatch dashed" : "swatch", "data-curve": String(colour) });
    const remove = { "aria-label": `Remove ${label}`, onclick: () => onRemove(key) };
    const button =
      kind === "main" ? h("button", { class: "icon-button", type: "button", ...remove }, icon("close")) : null;
    const name = h("span", {}, label);
    const element = h(
      "tr",
      { "data-key": key },
      h("th", { scope: "row" }, swatch, name),
      ...Object.values(cells),
      h("td", {}, button),
    );
    return { cells, name, element };
  }

  return {
    element,

    /** `curves`: [{key, label, colour, dashed, kind}], where those of `kind` "main" can be removed. */
    setCurves(curves) {
      const names = JSON.stringify(curves.map(({ key, label, colour }) => [key, label, colour]));
      if (names === listed) return;
      listed = names;
      rows = new Map(curves.map((curve) => [curve.key, row(curve)]));
      body.replaceChildren(...[...rows.values()].map((one) => one.element));
    },

    setLabel: (key, text) => setText(rows.get(key).name, text),

    /** What the figures are of. */
    setPart: (text) => setText(part, text),

    /** `figures`: {min, max, range, repetitions}, or null while they are on their way. */
    set(key, unit, now, figures) {
      const cells = rows.get(key)?.cells;
      if (!cells) return;
      setText(cells.now, withUnit(now, unit));
      for (const name of ["min", "max", "range"]) setText(cells[name], figures ? withUnit(figures[name], unit) : "…");
      setText(cells.reps, figures ? String(figures.repetitions?.count ?? "–") : "…");
    },
  };
}
