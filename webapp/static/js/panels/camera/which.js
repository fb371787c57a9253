// Which camera of a rig the panel is about. Other sources have one camera, and nothing to choose.

import { selectField } from "../../fields.js";

/** `onChange()` when another camera is chosen. */
export function createWhich(onChange) {
  const field = selectField({
    label: "Camera of the rig",
    help: "A file and Download are for this one.",
    onChange,
  });
  field.element.hidden = true;
  let names = [];

  return {
    element: field.element,

    /** The camera's name; null where the source has one camera. */
    get name() {
      return names.length === 0 ? null : field.control.value;
    },

    /** The address of the camera on the server; `query` as an object. */
    path(query = {}) {
      const all = new URLSearchParams({ ...(this.name !== null && { for: this.name }), ...query });
      return all.size === 0 ? "api/extrinsics" : `api/extrinsics?${all}`;
    },

    /** `cameras` as in the server's stats; absent for other sources. */
    update(cameras = []) {
      names = cameras.map(({ name }) => name);
      field.element.hidden = names.length === 0;
      field.setOptions(names.map((name) => [name, name]));
    },
  };
}
