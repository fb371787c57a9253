// Tilt, roll, height and field of view by hand, previewed over the video and in 3D before they are applied.

import { put } from "../../api.js";
import { h } from "../../dom.js";
import { sliderField } from "../../fields.js";
import { degrees, metres } from "../../format.js";

const SLIDERS = [
  ["tilt_deg", { label: "Tilt, downwards", min: -30, max: 90, step: 0.25, format: degrees }],
  ["roll_deg", { label: "Roll, clockwise", min: -45, max: 45, step: 0.25, format: degrees }],
  ["height_m", { label: "Height above the floor", min: 0.1, max: 6, step: 0.01, format: metres }],
  ["fov_deg", { label: "Field of view, horizontal", min: 20, max: 140, step: 0.5, format: degrees }],
];

/**
 * `onPreview(camera | null)`; `onApply(change)`, where change() sends it; `onProblem(error)`; `onOpen(place)`, where
 * `place` is an element that the video may be moved into; `onClose()`.
 */
export function createAdjust({ onPreview, onApply, onProblem, onOpen, onClose }) {
  let given = {};
  let asking = false;
  let again = false;
  const fields = SLIDERS.map(([name, options]) => {
    const field = sliderField({
      ...options,
      onChange: async () => {},
      onInput(value) {
        field.set(value);
        given[name] = value;
        ask();
      },
    });
    return [name, field];
  });
  const apply = h("button", { class: "button primary", type: "button", disabled: true, onclick: send }, "Apply");
  const place = h("div", { class: "adjust-video" });
  const element = h(
    "div",
    { class: "offer adjust", hidden: true },
    h("strong", {}, "Adjust the camera"),
    h("p", { class: "help" }, "Lay the grid onto the floor of the picture. Nothing has changed yet."),
    place,
    ...fields.map(([, field]) => field.element),
    h("div", { class: "row" }, apply, h("button", { class: "button", type: "button", onclick: close }, "Discard")),
  );

  /** One request at a time, and the newest values next. */
  async function ask() {
    apply.disabled = false;
    again = asking;
    if (asking) return;
    asking = true;
    try {
      const next = await put("api/extrinsics?preview=1", { adjust: given });
      if (!element.hidden) onPreview(next);
    } catch (error) {
      onProblem(error);
    }
    asking = false;
    if (again && !element.hidden) ask();
  }

  function send() {
    const adjust = { ...given };
    onApply(() => put("api/extrinsics", { adjust }));
    close();
  }

  function close() {
    if (element.hidden) return;
    element.hidden = true;
    onPreview(null);
    onClose();
  }

  return {
    element,
    close,

    /** Begins with the camera in use. */
    open(camera) {
      given = {};
      apply.disabled = true;
      for (const [name, field] of fields) field.set(camera[name]);
      element.hidden = false;
      onOpen(place);
      fields[0][1].control.focus();
    },
  };
}
