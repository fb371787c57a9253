// Disables a panel's controls for view-only visitors, with the reason above them.

import { h } from "../dom.js";
import { icon } from "../icons.js";

export const VIEW_ONLY = "This link is view-only. Use the operator link to change settings.";

export function guard(panel) {
  const reason = h("p", { class: "guard-note", hidden: true }, icon("eye"), h("span", {}, VIEW_ONLY));
  const fields = h("fieldset", { class: "guard" }, panel);
  const element = h("div", {}, reason, fields);
  return {
    element,
    setViewOnly(is) {
      reason.hidden = !is;
      fields.disabled = is;
    },
  };
}
