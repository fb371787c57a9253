// A button that asks: the first press asks, the second one does it.

import { h } from "../dom.js";
import { icon } from "../icons.js";

const ASKS_MS = 3000;

/** `label` says what it does, beginning with "Delete". */
export function confirmed(label, run) {
  const button = h(
    "button",
    { class: "icon-button danger", type: "button", title: "Delete", "aria-label": label, onclick: press },
    icon("trash"),
  );

  function press() {
    if (button.dataset.sure === "yes") {
      run();
      return;
    }
    button.dataset.sure = "yes";
    button.replaceChildren("Delete?");
    setTimeout(() => {
      button.dataset.sure = "";
      button.replaceChildren(icon("trash"));
    }, ASKS_MS);
  }

  return button;
}
