// A one-line warning at the top of the page while the view is not live.

import { h, setText } from "../dom.js";
import { icon } from "../icons.js";
import { sentence } from "./toasts.js";

export function createBanner() {
  const text = h("span", {});
  const element = h("div", { class: "banner", role: "alert", hidden: true }, icon("warning"), text);
  return {
    element,
    /** Null hides it. */
    show(message) {
      element.hidden = message === null;
      if (message !== null) setText(text, sentence(message));
    },
  };
}
