// The panel of measuring: presets, people and choices above, the curves and their figures below.

import { h, setText, uniqueId } from "../dom.js";
import { icon } from "../icons.js";
import { segmented } from "../send/choice.js";
import { PRESETS } from "./quantities.js";

const HINT = "Click a joint in the 3D view or on the video, or choose what to measure here.";

const button = (label, name, onclick) =>
  h("button", { class: "button small", type: "button", onclick }, name ? icon(name) : null, label);

/**
 * `chart`, `readout`, `ghost`: elements. `on`: {preset(names), add(name), person(id), raw(is), zoom(), ghost(), csv(),
 * download(), clear(), close(), difference(is)}.
 */
export function createPanel({ chart, readout, ghost, on }) {
  const title = h("h2", { id: uniqueId("measure") }, "Measure");
  const presets = PRESETS.map(([label, names]) => ({
    names,
    element: h("button", { type: "button", "aria-pressed": "false", onclick: () => on.preset(names) }, label),
  }));
  const person = h("select", { "aria-label": "Person", onchange: () => on.person(Number(person.value)) });
  const more = h("select", { "aria-label": "Measure more", onchange: chooseMore });
  const cleaned = segmented({
    label: "Values",
    options: [
      ["cleaned", "Cleaned"],
      ["raw", "As recorded"],
    ],
    onChoose: (value) => on.raw(value === "raw"),
  });
  const shows = segmented({
    label: "With the ghost",
    options: [
      ["curves", "Both"],
      ["difference", "Difference"],
    ],
    onChoose: (value) => on.difference(value === "difference"),
  });
  const zoom = button("Zoom to A–B", null, on.zoom);
  const ghostButton = button("Ghost", "person", on.ghost);
  const csv = button("CSV", "download", on.csv);
  const download = button("Download as…", null, on.download);
  const close = h(
    "button",
    { class: "icon-button", type: "button", "aria-label": "Close measuring", title: "Close", onclick: on.close },
    icon("close"),
  );
  const hint = h("p", { class: "help measure-hint" }, HINT);
  const note = h("p", { class: "help measure-note", role: "status", hidden: true });
  const body = h("div", { class: "measure-body" }, chart, h("div", { class: "measure-figures" }, readout));
  const element = h(
    "section",
    { class: "measure", "aria-labelledby": title.id, hidden: true },
    h(
      "div",
      { class: "measure-head" },
      title,
      h(
        "div",
        { class: "segmented", role: "group", "aria-label": "Usual angles" },
        ...presets.map((one) => one.element),
      ),
      person,
      more,
      cleaned.element,
      shows.element,
      zoom,
      ghostButton,
      csv,
      download,
      h("span", { class: "spacer" }),
      close,
    ),
    ghost,
    hint,
    note,
    body,
  );

  function chooseMore() {
    if (more.value !== "") on.add(more.value);
    more.value = "";
  }

  function setOptions(select, options) {
    const key = JSON.stringify(options);
    if (select.dataset.options === key) return;
    select.dataset.options = key;
    select.replaceChildren(...options.map(([value, label]) => h("option", { value }, label)));
  }

  return {
    element,

    /** `names`: of all quantities, as [name, label]. */
    setQuantities(names) {
      setOptions(more, [["", "More…"], ...names]);
    },

    setPeople(ids, chosen, labelOf) {
      setOptions(
        person,
        ids.map((id) => [String(id), labelOf(id)]),
      );
      person.value = String(chosen);
      person.disabled = ids.length === 0;
      for (const one of [more, ...presets.map((each) => each.element)]) one.disabled = ids.length === 0;
    },

    /** What is possible and chosen: {has(names), empty, recording, raw, loop, zoomed, ghost, difference, note}. */
    update({ has, empty, recording, raw, loop, zoomed, ghost: ghosted, difference, note: text }) {
      for (const { names, element: preset } of presets) preset.setAttribute("aria-pressed", String(has(names)));
      cleaned.set(raw ? "raw" : "cleaned");
      shows.set(difference ? "difference" : "curves");
      for (const one of [cleaned.element, ghostButton, csv, download]) one.hidden = !recording;
      csv.disabled = empty;
      shows.element.hidden = !ghosted || empty;
      zoom.hidden = !recording || (!loop && !zoomed);
      setText(zoom, zoomed ? "Show all" : "Zoom to A–B");
      ghostButton.setAttribute("aria-expanded", String(!ghost.hidden));
      hint.hidden = !empty;
      body.hidden = empty;
      note.hidden = text === null;
      setText(note, text ?? "");
    },

    setOpen(is) {
      element.hidden = !is;
    },
    get isOpen() {
      return !element.hidden;
    },
  };
}
