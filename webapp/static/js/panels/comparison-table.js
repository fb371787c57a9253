// A table of two backends side by side: milliseconds per stage, with bars, and people per frame.

import { total } from "../difference.js";
import { h, setText } from "../dom.js";
import { backendName, milliseconds, stageName } from "../format.js";

const STAGES = ["preprocess", "infer", "decode", "lift"];
const SIDES = ["a", "b"];

export const label = ({ name, device, precision }) => [backendName(name), device, precision].join(" · ");
export const same = (one, other) =>
  ["name", "device", "precision"].every((key) => one?.[key]?.toLowerCase() === other?.[key]?.toLowerCase());

export function createComparisonTable() {
  const names = SIDES.map((side) => nameOf(side));
  const rows = [...STAGES, "total"].map((stage) => row(stage, stage === "total" ? "total" : null));
  const people = row("people", "people");
  const head = h(
    "thead",
    {},
    h(
      "tr",
      {},
      h("td", {}),
      ...SIDES.map((side) => h("th", { scope: "col", class: `side-${side}` }, side.toUpperCase())),
    ),
  );
  const caption = h("caption", { class: "visually-hidden" }, "Milliseconds per frame, and people detected in it");
  const table = h(
    "table",
    { class: "sides" },
    caption,
    head,
    h("tbody", {}, ...rows.map(({ element }) => element), people.element),
  );

  return {
    element: h(
      "div",
      { class: "compared" },
      h("ul", { class: "side-names" }, ...names.map(({ element }) => element)),
      table,
    ),
    /** `comparison` as the server sends it; `running`: the backend in use. */
    update(comparison, running) {
      const sides = SIDES.map((side) => comparison[side]);
      const most = Math.max(...sides.map(({ stage_ms: stages }) => total(stages)), 1e-6);
      sides.forEach(({ asked, runs, stage_ms: stages, people: found }, i) => {
        names[i].set(runs ?? asked, same(runs, running));
        STAGES.forEach((stage, at) => rows[at].set(i, stages[stage], most));
        rows[STAGES.length].set(i, Object.keys(stages).length > 0 ? total(stages) : undefined, most);
        people.say(i, found === null ? "–" : found.toFixed(1));
      });
    },
  };
}

function nameOf(side) {
  const name = h("span", {});
  const tag = h("span", { class: "tag", hidden: true }, "running");
  return {
    element: h("li", {}, h("b", { class: `side-badge side-${side}` }, side.toUpperCase()), name, tag),
    set(choice, runs) {
      setText(name, label(choice));
      tag.hidden = !runs;
    },
  };
}

/** One row: a stage, with a cell per side. */
function row(name, kind) {
  const cells = SIDES.map((side) => {
    const value = h("span", {}, "–");
    const bar = kind === null ? h("i", { class: `bar side-${side}`, "aria-hidden": "true" }) : null;
    return { element: h("td", {}, value, bar), value, bar };
  });
  return {
    element: h(
      "tr",
      { class: kind },
      h("th", { scope: "row", title: name }, stageName(name)),
      ...cells.map(({ element }) => element),
    ),
    say: (i, text) => setText(cells[i].value, text),
    /** `value` ms of `most`. */
    set(i, value, most) {
      setText(cells[i].value, value === undefined ? "–" : milliseconds(value));
      cells[i].bar?.style.setProperty("--share", `${(100 * (value ?? 0)) / most}%`);
    },
  };
}
