// What is measured, marked where it is: on bodies in the 3D view, and on the video.

import { createLabels } from "./labels.js";
import { markOf } from "./marks.js";
import { drawMarks } from "./video-arcs.js";
import { listenToVideo } from "./video-pick.js";

/** "#rrggbb" -> [r, g, b] linear, as the 3D view has colours. */
export function linearOf(hex) {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

const colourOf = (colour) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--curve-${colour}`).trim() || "#888888";

/** `choice` as of choice.js. */
export function createMarking({ choice }) {
  const labels = createLabels();
  let quantities = null;
  let live = null;
  let camera = null;
  let texts = new Map();
  let marks = [];
  let made = ""; // what the marks were made for

  function make() {
    const key = JSON.stringify([choice.list, document.documentElement.dataset.theme]);
    if (key === made) return;
    made = key;
    marks = choice.list.map((one) => {
      const css = colourOf(one.colour);
      return { ...one, css, linear: linearOf(css), find: markOf(quantities, one.quantity) };
    });
    live.viewer?.arcs.show(
      marks.map(({ key: name, person, linear, find }) => ({ key: name, person, colour: linear, find })),
    );
  }

  function drawOverVideo(context, scene, { scale, density }) {
    if (marks.length === 0) return;
    const shown = marks.map((mark) => ({
      person: mark.person,
      quantity: mark.quantity,
      joint: quantities.get(mark.quantity).joint,
      colour: mark.css,
      text: texts.get(mark.key)?.text ?? "",
      find: mark.find,
    }));
    drawMarks(context, scene, { marks: shown, camera, scale, density });
  }

  return {
    labels: labels.element,

    setQuantities(next) {
      quantities = next;
    },

    attach(started, layers, onPick) {
      live = started;
      live.video.overlay.setMore(drawOverVideo);
      listenToVideo(layers, { shown: () => live.video.overlay.scene, onPick });
    },

    /** The camera of what is shown, as /api/state has it. */
    setCamera(next) {
      camera = next;
      live?.video.overlay.redraw();
    },

    setTheme() {
      made = "";
    },

    /** `next`: key -> {text, colour}. */
    show(next) {
      texts = next;
      if (!live || !quantities) return;
      make();
      live.video.overlay.redraw();
    },

    /** Puts the numbers where their joints are. */
    place() {
      if (live?.viewer) labels.update(live.viewer.arcs.places, texts);
    },
  };
}
