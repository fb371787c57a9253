// How far something slow has come: a title, a bar and what is being done.

import { h, setText } from "../dom.js";
import { sentence } from "./toasts.js";

/** `label` is what the bar is called. */
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
    /** {step, fraction, message} as the server tells it. */
    show,
    /** `name` is the title while something goes on, null when nothing does; `begun` is where it is when it appears. */
    update(name, begun) {
      if (name === null) element.hidden = true;
      if (name === null || !element.hidden) return; // what goes on meanwhile comes as progress
      element.hidden = false;
      setText(title, name);
      show(begun);
    },
  };
}
