// A table of a camera's calibration, beside another one for comparison.

import { h } from "../../dom.js";
import { degrees, metres, position } from "../../format.js";
import { icon } from "../../icons.js";
import { sentence } from "../toasts.js";

const ORIGINS = {
  source: "from the video source",
  rig: "as the rig's file says",
  default: "none: a level camera",
  estimated: "floor found from people",
  named: "the reference demo's room",
  adjusted: "adjusted by hand",
  calibrated: "lens by a board",
};

const ROWS = [
  [
    "Calibration",
    ({ format, unit, default: own }) => ORIGINS[format] ?? (own ? ORIGINS.default : `${format}, ${unit}`),
  ],
  ["Height", (camera) => metres(camera.height_m)],
  ["Downward tilt", (camera) => degrees(camera.tilt_deg)],
  ["Roll", (camera) => degrees(camera.roll_deg)],
  ["Position", (camera) => `${position(camera.position)} m`],
  ["Up axis", ({ up }) => up],
  ["Focal length", ({ fx, fov_deg: angle }) => `${Math.round(fx)} px, ${degrees(angle)}`],
];

/** A table of the camera `now`, and of `next` beside it if one is previewed; both as the server describes them. */
export function compare(now, next = null) {
  const row = ([label, read]) => {
    const before = read(now);
    const after = next ? read(next) : null;
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, label),
      h("td", {}, before),
      next ? h("td", { class: after === before ? null : "changed" }, after) : null,
    );
  };
  const head = next
    ? h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, "current"), h("th", { scope: "col" }, "new")))
    : null;
  return h(
    "div",
    {},
    h("table", { class: "facts" }, head, h("tbody", {}, ...ROWS.map(row))),
    ...(next ?? now).warnings.map(warning),
  );
}

export const warning = (text) => h("p", { class: "warning" }, icon("warning"), h("span", {}, sentence(text)));
