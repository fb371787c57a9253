// The cameras of a rig: which deliver pictures, how many a second, and why one does not.

import { h } from "../dom.js";

export function createRigHealth() {
  const list = h("ul", { class: "rig-health" });
  const element = h("section", { "aria-label": "Cameras", hidden: true }, h("h3", {}, "Cameras"), list);
  let known = "";

  return {
    element,

    /** `cameras` as in the server's stats; absent for other sources. */
    update(cameras = []) {
      const now = JSON.stringify(cameras);
      if (now === known) return;
      known = now;
      element.hidden = cameras.length === 0;
      list.replaceChildren(...cameras.map(row));
    },
  };
}

function row({ name, problem, fps, offset_s: offset }) {
  const rate = fps === null ? "" : `${fps.toFixed(1)} fps`;
  const shift = offset === 0 ? "" : `${offset > 0 ? "+" : "−"}${Math.abs(offset).toFixed(3)} s`;
  return h(
    "li",
    { class: problem ? "failed" : "" },
    h("b", {}, name),
    h("span", {}, problem ?? [rate, shift].filter(Boolean).join(" · ")),
  );
}
