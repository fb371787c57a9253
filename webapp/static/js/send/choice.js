// One of a few, as buttons side by side.

import { h } from "../dom.js";

/** `options`: [[value, label], …]; `onChoose(value)`. Returns {element, set(value)}. */
export function segmented({ label, options, onChoose }) {
  const buttons = options.map(([value, text]) =>
    h("button", { type: "button", "data-value": value, "aria-pressed": "false", onclick: () => onChoose(value) }, text),
  );
  return {
    element: h("div", { class: "segmented", role: "group", "aria-label": label }, ...buttons),
    set(value) {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.value === value));
    },
  };
}
