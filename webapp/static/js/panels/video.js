// The video beside the 3D view: overlay, raw or skeleton only; full screen; snapshot download.

import { address } from "../api.js";
import { h, setText, toggleFullScreen } from "../dom.js";
import { icon } from "../icons.js";
import { createCameraChooser } from "./camera-chooser.js";
import { sentence } from "./toasts.js";

const VIEWS = [
  ["overlay", "Overlay"],
  ["raw", "Raw"],
  ["skeleton", "Skeleton"],
];

/**
 * `layers`: the video's element; `onView(view)` when another is chosen, `onCamera(name)` when one camera of a rig is,
 * null for all, `onEnlarge()` to swap with the 3D view.
 */
export function createVideoPanel({ layers, view, onView, onCamera, onEnlarge }) {
  const cameras = createCameraChooser((name) => {
    onCamera(name);
    draw();
  });
  const note = h("p", { class: "video-note", hidden: true });
  const buttons = VIEWS.map(([name, label]) =>
    h("button", { type: "button", "data-view": name, onclick: () => choose(name) }, label),
  );
  const save = h(
    "a",
    { class: "icon-button snapshot", title: "Save snapshot", "aria-label": "Save snapshot", download: "posecast.jpg" },
    icon("picture"),
  );
  const frame = h("div", { class: "video-frame" }, layers, cameras.element, note);
  const element = h(
    "section",
    { class: "card video", "aria-label": "Video" },
    frame,
    h(
      "div",
      { class: "toolbar" },
      h("div", { class: "segmented", role: "group", "aria-label": "Video view" }, ...buttons),
      h("span", { class: "spacer" }),
      h(
        "button",
        {
          class: "icon-button swap",
          type: "button",
          title: "Swap with the 3D view",
          "aria-label": "Swap with the 3D view",
          onclick: onEnlarge,
        },
        icon("swap"),
      ),
      save,
      h(
        "button",
        {
          class: "icon-button",
          type: "button",
          title: "Full screen",
          "aria-label": "Full-screen video",
          onclick: () => toggleFullScreen(frame),
        },
        icon("expand"),
      ),
    ),
  );

  let chosen = view;
  let withheld = false;

  function choose(name) {
    chosen = name;
    draw();
    onView(name);
  }

  function draw() {
    const shown = withheld ? "skeleton" : chosen;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.view === shown));
      button.disabled = withheld && button.dataset.view !== shown;
      button.title = button.disabled ? "The operator shows viewers skeletons only" : "";
    }
    const one = cameras.chosen === null ? "" : `&camera=${encodeURIComponent(cameras.chosen)}`;
    save.href = address(`snapshot.jpg?view=${shown}${one}`);
  }

  draw();

  return {
    element,

    /** A live scene as on the wire: which cameras its rig has, if it has one. */
    see: cameras.see,

    /** Why there are no pictures; null while there are. */
    setProblem(message) {
      note.hidden = message === null;
      if (message !== null) setText(note, sentence(message));
    },

    /** Whether the operator shows this visitor no pictures. */
    setWithheld(is) {
      withheld = is;
      draw();
    },
  };
}
