// What a camera is understood to be, beside what holds now.

import { h } from "../dom.js";
import { degrees, metres, position } from "../format.js";
import { icon } from "../icons.js";
import { sentence } from "./toasts.js";

const ORIGINS = { source: "the source itself", default: "the default camera" };

const ROWS = [
  ["From", ({ format, unit, default: own }) => ORIGINS[format] ?? (own ? ORIGINS.default : `${format}, ${unit}`)],
  ["Height", (camera) => metres(camera.height_m)],
  ["Tilt down", (camera) => degrees(camera.tilt_deg)],
  ["Position", (camera) => `${position(camera.position)} m`],
  ["Up axis", ({ up }) => up],
  ["Focal length", ({ fx, fov_deg: angle }) => `${Math.round(fx)} px, ${degrees(angle)}`],
];

/** A table of the camera `now`, and of `next` beside it where one is tried; both as the server describes them. */
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
    ? h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, "now"), h("th", { scope: "col" }, "after")))
    : null;
  return h(
    "div",
    {},
    h("table", { class: "facts" }, head, h("tbody", {}, ...ROWS.map(row))),
    ...(next ?? now).warnings.map(warning),
  );
}

export const warning = (text) => h("p", { class: "warning" }, icon("warning"), h("span", {}, sentence(text)));
