// What is downloaded of a recording: which part of it, who, and cleaned or as it was recorded. In words, too.

import { h, setText } from "../dom.js";
import { selectField } from "../fields.js";
import { segmented } from "./choice.js";

/** Of engine.motion: the steps of the clean-up, for people. */
const CLEANED =
  "Gaps of up to half a second are filled, noise is filtered without lag, bones keep their length, the rate is steady.";
const RAW = "Only put at a steady rate: gaps stay gaps, and nothing is filtered.";
const SCENES = "JSONL has the recorded scenes themselves, MP4 the whole video.";

/** The query of an export: {range: [from, to] | null, person: id | null, raw}. */
export function queryOf({ range, person, raw }) {
  const query = new URLSearchParams();
  if (range) {
    query.set("from", String(range[0]));
    query.set("to", String(range[1]));
  }
  if (person !== null) query.set("person", String(person));
  if (raw) query.set("raw", "1");
  const text = query.toString();
  return text && `&${text}`;
}

/** What the edits of a recording do to its files; "" without any. */
export function saidOfEdits({ trim_s: trim, merged = [], deleted = [], names = {} } = {}) {
  const said = [
    ...(trim ? [`trimmed to ${trim[0].toFixed(1)} to ${trim[1].toFixed(1)} s`] : []),
    ...merged.map(([first, ...others]) => `${others.join(", ")} merged into ${first}`),
    ...(deleted.length > 0 ? [`${deleted.join(", ")} left out`] : []),
    ...(Object.keys(names).length > 0 ? ["people named"] : []),
  ];
  return said.length > 0 ? `With its edits: ${said.join("; ")}.` : "";
}

/** `onChange()` after every choice. */
export function createTreatment({ onChange }) {
  let entry = null;
  let range = null;
  let raw = false;
  const second = (label) =>
    h("input", {
      type: "number",
      min: "0",
      step: "0.01",
      inputmode: "decimal",
      "aria-label": label,
      oninput: setRange,
    });
  const [from, to] = [second("From, seconds"), second("To, seconds")];
  const seconds = h("div", { class: "treatment-part" }, "from", from, "to", to, "s");
  const part = segmented({
    label: "Part",
    options: [
      ["all", "All of it"],
      ["part", "A part"],
    ],
    onChoose: (value) => choosePart(value === "part"),
  });
  const who = selectField({ label: "People", onChange });
  const values = segmented({
    label: "Values",
    options: [
      ["cleaned", "Cleaned"],
      ["raw", "As recorded"],
    ],
    onChoose(value) {
      raw = value === "raw";
      show();
    },
  });
  const said = h("p", { class: "help treatment-said", role: "status" });
  const element = h(
    "div",
    { class: "send-part treatment" },
    h("div", { class: "row" }, part.element, seconds),
    h("div", { class: "pair" }, who.element, values.element),
    said,
  );

  function choosePart(is) {
    range = is ? [0, Math.max(0.1, entry?.seconds ?? 0.1)] : null;
    show();
  }

  /** While it is typed: what is downloaded must not change under a press on a button. */
  function setRange() {
    const [a, b] = [from, to].map(({ value }) => Number(value));
    const right = b > a && a >= 0;
    to.setCustomValidity(right ? "" : "The end must be later than the beginning");
    if (!right) return to.reportValidity();
    range = [a, b];
    return onChange();
  }

  function show() {
    part.set(range ? "part" : "all");
    seconds.hidden = range === null;
    if (range) [from.value, to.value] = range.map((value) => value.toFixed(2));
    values.set(raw ? "raw" : "cleaned");
    setText(said, [raw ? RAW : CLEANED, SCENES, saidOfEdits(entry?.edits ?? {})].filter(Boolean).join(" "));
    onChange();
  }

  return {
    element,

    get chosen() {
      return { range, person: who.control.value === "" ? null : Number(who.control.value), raw };
    },
    get isEdited() {
      return saidOfEdits(entry?.edits ?? {}) !== "";
    },

    /** `next`: a recording as GET /api/recordings lists it; everything is chosen of another one. */
    setRecording(next) {
      if (next?.name !== entry?.name) range = null;
      entry = next;
      const gone = new Set(
        (next?.edits?.merged ?? []).flatMap(([, ...others]) => others).concat(next?.edits?.deleted ?? []),
      );
      const people = (next?.people ?? []).filter(({ id }) => !gone.has(id));
      who.setOptions([
        ["", "Everyone seen for at least 1 s"],
        ...people.map(({ id }) => [String(id), next.edits?.names?.[id] ?? `Person ${id}`]),
      ]);
      show();
    },

    /** Chooses as it is measured: {range, person, raw}. */
    set(wish) {
      ({ range, raw } = wish);
      who.set(wish.person === null ? "" : String(wish.person));
      show();
    },
  };
}
