// What is edited of a recording below its title: notes, the part that is kept, people. Each change is saved at once.

import { address } from "../api.js";
import { h, uniqueId } from "../dom.js";
import { icon } from "../icons.js";
import { createPeople } from "./people.js";
import { titleOf } from "./titles.js";
import { createTrim } from "./trim.js";

/** `onChange(change, said)`; `loopOf(name)` as in createTrim. {element, update(entry)}; hidden at first. */
export function createEditor({ onChange, loopOf }) {
  const id = uniqueId("notes");
  const notes = h("textarea", { id, rows: 2, maxlength: 10000, onchange: () => note(notes.value.trim()) });
  const trim = createTrim({ onChange, loopOf });
  const people = createPeople({ onChange });
  const files = h("div", { class: "row" });
  const element = h(
    "div",
    { class: "recording-editor", id: uniqueId("editor"), hidden: true },
    h("div", { class: "field" }, h("label", { for: id }, "Notes"), notes),
    trim.element,
    people.element,
    h("div", { class: "field" }, h("h4", {}, "As it was recorded"), files),
  );

  const note = (text) => onChange({ notes: text }, text ? "Notes saved" : "Notes deleted");

  return {
    element,
    update(entry) {
      if (document.activeElement !== notes) notes.value = entry.notes;
      trim.element.hidden = people.element.hidden = entry.seconds === null;
      trim.update(entry);
      people.update(entry);
      files.replaceChildren(link(entry, "jsonl"), link(entry, "csv"));
    },
  };
}

function link(entry, format) {
  return h(
    "a",
    {
      class: "button small",
      href: address(`api/recordings/${encodeURIComponent(entry.name)}?format=${format}`),
      download: `${entry.name}.${format}`,
      "aria-label": `Download ${titleOf(entry)} as ${format.toUpperCase()}`,
    },
    icon("download"),
    format.toUpperCase(),
  );
}
