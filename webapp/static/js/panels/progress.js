// A progress bar with a title, the current step, and a button that cancels.

import { h, setText } from "../dom.js";
import { sentence } from "./toasts.js";

/** `label`: the bar's accessible name; `onCancel()`: what the button does. */
export function createProgress(label, onCancel) {
  const title = h("strong", {});
  const text = h("span", { class: "help" });
  const share = h("span", { class: "value" });
  const bar = h("progress", { max: "1", "aria-label": label });
  const cancel = h("button", { class: "button small", type: "button", onclick: onCancel }, "Cancel");
  const element = h(
    "div",
    { class: "progress", role: "status", hidden: true },
    h("div", { class: "field-head" }, title, share),
    bar,
    h("div", { class: "progress-foot" }, text, cancel),
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
    /**
     * `name`: the title, or null when nothing is in progress; `begun`: the progress when the bar appears;
     * `cancellable`: whether there is a button.
     */
    update(name, begun, cancellable) {
      const appears = element.hidden;
      element.hidden = name === null;
      if (name === null) return;
      setText(title, name);
      cancel.hidden = !cancellable;
      if (appears) show(begun); // later updates arrive through `show`
    },
  };
}
