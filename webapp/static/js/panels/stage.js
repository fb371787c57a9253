// The 3D view's card: canvas, presets, messages and the tooltip. Code that uses three.js is in scene/.

import { address } from "../api.js";
import { h, setText, toggleFullScreen, uniqueId } from "../dom.js";
import { position } from "../format.js";
import { icon } from "../icons.js";
import { JOINT_COUNT, jointLabel } from "../skeleton.js";

const PRESETS = [
  ["overview", "Overview", "1"],
  ["front", "Front", "2"],
  ["side", "Side", "3"],
  ["top", "Top", "4"],
  ["camera", "Camera", "5"],
  ["follow", "Follow", "6"],
];
const HELP =
  "3D view. Drag to orbit, right-drag or use two fingers to pan, scroll or pinch to zoom. " +
  "Keys: 1 to 6 for views, F to fit, arrows to pan, Shift and arrows to orbit.";
const TIP_MS = 80;
const SUMMARY_MS = 1000;

/** `onPreset(name)`, `onFit()`, `onEnlarge()`, `onMeasure()`; the last two are optional. */
export function createStage({ onPreset, onFit, onEnlarge, onMeasure }) {
  const summary = h("p", { class: "visually-hidden", id: uniqueId("people") });
  const canvas = h("canvas", {
    class: "scene",
    tabindex: "0",
    role: "application",
    "aria-label": HELP,
    "aria-describedby": summary.id,
  });
  const tip = h("div", { class: "tip", hidden: true });
  const buttons = new Map(
    PRESETS.map(([name, label, key]) => [
      name,
      h(
        "button",
        { type: "button", title: `${label} (${key})`, "aria-pressed": "false", onclick: () => onPreset(name) },
        label,
      ),
    ]),
  );
  const empty = h("p", { class: "stage-note", hidden: true });
  const legend = h("p", { class: "legend" }, "1 m grid · darker limbs: right side");
  const previewNote = h("p", { class: "preview-note", hidden: true }, "Preview: not applied yet");
  const view = h("div", { class: "scene-frame" }, canvas, summary, tip, empty, legend, previewNote);
  const element = h(
    "section",
    { class: "card stage", "aria-label": "3D view" },
    view,
    h(
      "div",
      { class: "toolbar" },
      h("div", { class: "segmented", role: "group", "aria-label": "View" }, ...buttons.values()),
      h("span", { class: "spacer" }),
      onMeasure
        ? h(
            "button",
            {
              class: "icon-button",
              type: "button",
              title: "Measure angles, speeds and heights",
              "aria-label": "Measure angles, speeds and heights",
              onclick: onMeasure,
            },
            icon("measure"),
          )
        : null,
      h(
        "button",
        {
          class: "icon-button",
          type: "button",
          title: "Fit all people in view (F)",
          "aria-label": "Fit all people in view",
          onclick: onFit,
        },
        icon("fit"),
      ),
      onEnlarge
        ? h(
            "button",
            {
              class: "icon-button only-swapped",
              type: "button",
              title: "Swap with the video",
              "aria-label": "Swap with the video",
              onclick: onEnlarge,
            },
            icon("swap"),
          )
        : null,
      onEnlarge
        ? h(
            "a",
            {
              class: "icon-button elsewhere",
              href: address("view"),
              target: "_blank",
              rel: "noopener",
              title: "Open on another screen: the 3D view alone",
              "aria-label": "Open the 3D view alone, for another screen",
            },
            icon("elsewhere"),
          )
        : null,
      h(
        "button",
        {
          class: "icon-button full-screen",
          type: "button",
          title: "Full screen",
          "aria-label": "Full-screen 3D view",
          onclick: () => toggleFullScreen(element),
        },
        icon("expand"),
      ),
    ),
  );
  let tipped = 0;
  let summarized = 0;

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const preset = PRESETS.find(([, , key]) => key === event.key);
    if (preset) onPreset(preset[0]);
    else if (event.key.toLowerCase() === "f") onFit();
  });
  function placeTip(event) {
    const right = event.offsetX > canvas.clientWidth / 2;
    const low = event.offsetY > canvas.clientHeight / 2;
    const aside = `${right ? "calc(-100% - 14px)" : "14px"}, ${low ? "calc(-100% - 10px)" : "10px"}`;
    tip.style.transform = `translate(${event.offsetX}px, ${event.offsetY}px) translate(${aside})`;
  }
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") placeTip(event);
  });
  canvas.addEventListener("pointerdown", placeTip);

  return {
    element,
    canvas,
    /** Where badges over the 3D view go. */
    frame: view,

    setView(name) {
      for (const [other, button] of buttons) button.setAttribute("aria-pressed", String(other === name));
    },

    /** Updates the tooltip of the joint under the pointer, at most every TIP_MS. */
    describe(moment, hovered, now) {
      if (hovered.slot < 0) {
        if (!tip.hidden) tip.hidden = true;
        return;
      }
      if (!tip.hidden && now - tipped < TIP_MS) return;
      tipped = now;
      tip.hidden = false;
      const at = hovered.slot * JOINT_COUNT + hovered.joint;
      const confidence = moment.confidence[at];
      tip.replaceChildren(
        h(
          "strong",
          {},
          `${jointLabel(hovered.joint)} `,
          h("span", {}, `joint ${hovered.joint} of person ${moment.ids[hovered.slot]}`),
        ),
        row("world", `${position([...moment.world.subarray(3 * at, 3 * at + 3)])} m`),
        row("camera", `${position([...moment.camera.subarray(3 * at, 3 * at + 3)])} m`),
        row("confidence", confidence > 0 ? confidence.toFixed(2) : "estimated, not seen"),
      );
    },

    /** What a person who does not see the canvas is told of it. */
    summarize(moment, now) {
      if (now - summarized < SUMMARY_MS) return;
      summarized = now;
      const ids = [...moment.ids.subarray(0, moment.count)];
      const people = ids.length === 1 ? "1 person" : `${ids.length} people`;
      setText(summary, ids.length === 0 ? "No one is shown." : `Shown: ${people}, with the ids ${ids.join(", ")}.`);
    },

    /** Why no one is shown; null while someone is. */
    setNote(text) {
      if (empty.hidden !== (text === null)) empty.hidden = text === null;
      if (text !== null) setText(empty, text);
    },

    setPreview(is) {
      previewNote.hidden = !is;
    },

    setDimmed: (is) => view.classList.toggle("dimmed", is),
  };
}

const row = (name, value) => h("span", { class: "tip-row" }, h("span", {}, name), h("span", {}, value));
