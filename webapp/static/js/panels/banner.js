// A one-line warning at the top of the page while the view is not live.

import { h, setText } from "../dom.js";
import { icon } from "../icons.js";
import { sentence } from "./toasts.js";

/** `onSource()` opens the Source sheet; without it the banner has no button. */
export function createBanner({ onSource = null } = {}) {
  const text = h("span", {});
  const choose = h(
    "button",
    { class: "button small", type: "button", hidden: true, onclick: () => onSource() },
    "Choose a source",
  );
  const element = h("div", { class: "banner", role: "alert", hidden: true }, icon("warning"), text, choose);
  return {
    element,
    /** Whether another source would help, and this visitor may choose one. */
    offerSource(is) {
      choose.hidden = !is;
    },
    /** Null hides it. */
    show(message) {
      element.hidden = message === null;
      if (message !== null) setText(text, sentence(message));
    },
  };
}
