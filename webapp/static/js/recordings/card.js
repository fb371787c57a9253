// One recording of the list: picture, title, what is in it, and what can be done with it.

import { address } from "../api.js";
import { h, setText } from "../dom.js";
import { icon } from "../icons.js";
import { createEditor } from "./editor.js";
import { createTitle } from "./title.js";
import { describe, titleOf } from "./titles.js";
import { peopleOf } from "./who.js";

/**
 * `open(name)`; `download(name)`; `change(entry, change, said)` resolves to null if the server refuses;
 * `remove(entry)`; `loopOf(name)`.
 * {element, update(entry, locked)}.
 */
export function createCard({ open, download, change, remove, loopOf }) {
  let entry = null;
  const apply = (what, said) => change(entry, what, said);
  const picture = h("img", { alt: "", loading: "lazy", width: 96, height: 54 });
  picture.addEventListener("error", () => {
    picture.hidden = true;
  });
  const title = createTitle({
    onRename: (text) => apply({ title: text || null }, text ? `Renamed to ${text}` : "Renamed to its date"),
  });
  const about = h("p", { class: "help" });
  const notes = h("p", { class: "help recording-notes" });
  const playing = h("span", { class: "tag", hidden: true }, "Playing");
  const editor = createEditor({ onChange: apply, loopOf });
  const openButton = h(
    "button",
    { class: "button small", type: "button", onclick: () => open(entry.name) },
    icon("play"),
    "Open",
  );
  const editButton = h(
    "button",
    { class: "button small", type: "button", "aria-controls": editor.element.id, onclick: toggle },
    "Edit",
  );
  const downloadButton = h(
    "button",
    { class: "button small", type: "button", onclick: () => download(entry.name) },
    "Download",
  );
  const deleteButton = h(
    "button",
    { class: "icon-button danger", type: "button", title: "Delete", onclick: () => remove(entry) },
    icon("trash"),
  );
  const element = h(
    "li",
    { class: "recording" },
    h("div", { class: "recording-picture" }, picture),
    h("div", { class: "recording-about" }, title.element, about, notes),
    h("div", { class: "row" }, openButton, editButton, downloadButton, playing, deleteButton),
    editor.element,
  );
  let shown = "";

  function toggle() {
    editor.element.hidden = !editor.element.hidden;
    editButton.setAttribute("aria-expanded", String(!editor.element.hidden));
    if (!editor.element.hidden) editor.element.scrollIntoView({ block: "nearest" });
  }
  editButton.setAttribute("aria-expanded", "false");

  return {
    element,
    openButton,
    update(next, locked) {
      entry = next;
      const name = titleOf(entry);
      element.dataset.name = entry.name;
      title.update(name, entry.title, locked);
      setText(
        about,
        describe(
          entry,
          peopleOf(entry).filter(({ gone }) => !gone),
        ),
      );
      setText(notes, entry.notes);
      notes.hidden = !entry.notes;
      playing.hidden = !entry.playing;
      openButton.setAttribute("aria-label", `Open ${name}`);
      downloadButton.setAttribute("aria-label", `Download ${name}`);
      editButton.setAttribute("aria-label", `Edit ${name}`);
      deleteButton.setAttribute("aria-label", `Delete ${name}`);
      editButton.hidden = deleteButton.hidden = locked;
      if (locked) editor.element.hidden = true;
      editor.update(entry);
      const wanted = entry.thumbnail && entry.seconds !== null ? `${entry.name} ${entry.video}` : "";
      if (wanted !== shown) picture.src = address(`api/recordings/${encodeURIComponent(entry.name)}/thumbnail.jpg`);
      picture.hidden = wanted === "";
      shown = wanted;
    },
  };
}
