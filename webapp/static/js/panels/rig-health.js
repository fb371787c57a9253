// The cameras of a rig: which deliver pictures, how many a second, why one does not, and how well each agrees with the
// others.

import { h } from "../dom.js";
import { missingOf } from "../missing.js";

const ERROR = "Pictures per second, the offset of its clock, and the mean distance of keypoints from the joints in 3D";

export function createRigHealth() {
  const list = h("ul", { class: "rig-health" });
  const element = h("section", { "aria-label": "Cameras", hidden: true }, h("h3", {}, "Cameras"), list);
  let known = "";
  let errors = createErrors();

  return {
    element,

    /** A scene as on the wire. */
    see: (scene) => errors.add(scene),

    /** `cameras` as in the server's stats; absent for other sources. */
    update(cameras = []) {
      const missing = missingOf(cameras);
      const seen = cameras.map((camera) => ({
        ...camera,
        missing: missing.get(camera.name),
        errorPx: errors.mean(camera.name),
      }));
      errors = createErrors();
      const now = JSON.stringify(seen);
      if (now === known) return;
      known = now;
      element.hidden = cameras.length === 0;
      list.replaceChildren(...seen.map(row));
    },
  };
}

/** The mean reprojection error of each camera, pixels, over the people of the scenes that are added. */
export function createErrors() {
  const sums = new Map();

  return {
    add({ people }) {
      for (const { views = {} } of people)
        for (const [camera, { error_px: error }] of Object.entries(views)) {
          const [sum, count] = sums.get(camera) ?? [0, 0];
          if (error !== null) sums.set(camera, [sum + error, count + 1]);
        }
    },

    /** null where the camera has seen nobody. */
    mean(camera) {
      const [sum, count] = sums.get(camera) ?? [0, 0];
      return count === 0 ? null : Math.round((10 * sum) / count) / 10;
    },
  };
}

function row({ name, missing, fps, offset_s: offset, errorPx }) {
  const rate = fps === null ? "" : `${fps.toFixed(1)} fps`;
  const shift = offset === 0 ? "" : `${offset > 0 ? "+" : "−"}${Math.abs(offset).toFixed(3)} s`;
  const error = errorPx === null ? "" : `${errorPx.toFixed(1)} px`;
  return h(
    "li",
    { class: missing ? "failed" : "" },
    h("b", {}, name),
    h("span", { title: ERROR }, missing ?? [rate, shift, error].filter(Boolean).join(" · ")),
  );
}
