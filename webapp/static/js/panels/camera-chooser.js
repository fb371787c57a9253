// Which camera of a rig the video shows: each visitor chooses for himself.

import { h } from "../dom.js";

const ALL = "";

/** `onChange(name)`: the camera's name; null for all cameras. */
export function createCameraChooser(onChange) {
  const element = h("select", {
    class: "camera-chooser",
    "aria-label": "Shown camera",
    title: "Shown camera",
    hidden: true,
  });
  let known = "";

  const chosen = () => element.value || null;
  element.addEventListener("change", () => onChange(chosen()));

  return {
    element,

    /** The name of the camera that is shown; null for all. */
    get chosen() {
      return chosen();
    },

    /** A scene as on the wire. Where the chosen camera is no longer there, all are shown. */
    see({ cameras = {} }) {
      const names = Object.keys(cameras);
      if (known === names.join("\n")) return;
      known = names.join("\n");
      const before = element.value;
      element.hidden = names.length === 0;
      element.replaceChildren(
        h("option", { value: ALL }, "All cameras"),
        ...names.map((name) => h("option", { value: name }, name)),
      );
      element.value = names.includes(before) ? before : ALL;
      if (element.value !== before) onChange(chosen());
    },
  };
}
