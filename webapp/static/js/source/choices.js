// Rows of the Source sheet: one source each, chosen by a press.

import { h } from "../dom.js";
import { icon } from "../icons.js";

const ICONS = {
  demo: "person",
  camera: "webcam",
  file: "film",
  stream: "network",
  recording: "play",
  upload: "film",
  browser: "webcam",
};

/**
 * `item`: {source, kind, label, detail?, problem?, picture?}. `playing` is the present source, `opening` the one being
 * opened, or null. `onChoose(source)`; `remove`: a button for the end of the row, or null.
 */
export function choice(item, { playing, opening, onChoose, remove = null }) {
  const current = item.source === playing;
  const state = item.source === opening ? "opening…" : current ? "playing" : null;
  const button = h(
    "button",
    {
      class: "source-choice",
      type: "button",
      "data-source": item.source,
      "aria-current": current ? "true" : null,
      "aria-busy": item.source === opening ? "true" : null,
      onclick: () => onChoose(item.source),
    },
    item.picture
      ? h("img", { class: "source-picture", src: item.picture, alt: "", loading: "lazy" })
      : h("span", { class: "source-picture" }, icon(ICONS[item.kind] ?? "film")),
    h(
      "span",
      { class: "source-text" },
      h("span", { class: "source-label" }, item.label),
      item.detail ? h("span", { class: "help" }, item.detail) : null,
      item.problem ? h("span", { class: "help source-problem" }, item.problem) : null,
    ),
    state ? h("span", { class: "tag" }, state) : null,
  );
  return h("li", { class: "source-row" }, button, remove);
}

/** Replaces the rows of a list, and keeps the focus on the row of the same source. */
export function fill(list, rows) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.source : null;
  list.replaceChildren(...rows);
  list.hidden = rows.length === 0;
  if (focused) list.querySelector(`[data-source="${CSS.escape(focused)}"]`)?.focus();
}

/** A heading with a control beside it, and what belongs to it. */
export function group(title, control, ...children) {
  return h(
    "section",
    { class: "source-group" },
    h("div", { class: "source-group-head" }, h("h3", {}, title), control),
    ...children,
  );
}
