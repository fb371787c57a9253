// A progress bar with a title and the current step.

import { h, setText } from "../dom.js";
import { sentence } from "./toasts.js";

/** `label`: the bar's accessible name. */
export function createProgress(label) {
  const title = h("strong", {});
  const text = h("span", { class: "help" });
  const share = h("span", { class: "value" });
  const bar = h("progress", { max: "1", "aria-label": label });
  const element = h(
    "div",
    { class: "progress", role: "status", hidden: true },
    h("div", { class: "field-head" }, title, share),
    bar,
    text,
  );

  function show({ step, fraction, message }) {
    setText(text, sentence(message || step || "Working"));
    setText(share, typeof fraction === "number" ? `${Math.round(100 * fraction)} %` : "");
    if (typeof fraction === "number") bar.value = fraction;
    else bar.removeAttribute("value");
  }

  return {
    element,
    /** {step, fraction, message} as the server sends it. */
    show,
    /** `name`: the title, or null when nothing is in progress; `begun`: the progress when the bar appears. */
    update(name, begun) {
      if (name === null) element.hidden = true;
      if (name === null || !element.hidden) return; // later updates arrive through `show`
      element.hidden = false;
      setText(title, name);
      show(begun);
    },
  };
}
