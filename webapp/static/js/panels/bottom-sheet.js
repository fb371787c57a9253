// On an upright phone, the settings are a sheet at the bottom: opened by a tab, its button, or a pull.

import { h } from "../dom.js";
import { icon } from "../icons.js";

/** A finger that has moved this far, in pixels, pulls the sheet. */
const PULL_PX = 24;

export function createBottomSheet() {
  const toggle = h(
    "button",
    { class: "icon-button sheet-toggle", type: "button", "aria-controls": "settings", onclick: () => setOpen(!open) },
    icon("up"),
  );
  let side = null;
  let open = false;
  let start = null; // where the finger touched

  function setOpen(is) {
    open = is;
    side.dataset.open = String(is);
    toggle.setAttribute("aria-expanded", String(is));
    toggle.setAttribute("aria-label", is ? "Close settings" : "Open settings");
  }

  return {
    toggle,
    setOpen,
    /** A tab was chosen; `again`: the one that was open. */
    chosen: (again) => setOpen(!(again && open)),
    /** `element` is the sheet, and `bar` what a finger pulls. */
    attach(element, bar) {
      side = element;
      setOpen(false);
      bar.addEventListener("pointerdown", ({ clientY }) => {
        start = clientY;
      });
      bar.addEventListener("pointermove", ({ clientY, pointerType }) => {
        if (start === null || pointerType === "mouse" || Math.abs(clientY - start) < PULL_PX) return;
        setOpen(clientY < start);
        start = null;
      });
      for (const name of ["pointerup", "pointercancel"])
        bar.addEventListener(name, () => {
          start = null;
        });
    },
  };
}
