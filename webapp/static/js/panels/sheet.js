// A sheet: a titled dialog over the page, which is full-width on phones. Escape, the close button and a press outside
// close it, and the focus returns to where it was.

import { h, setText, uniqueId } from "../dom.js";
import { icon } from "../icons.js";

/**
 * `title` names the dialog, `children` are its content. `size`: "narrow" for a question or a code, "wide" for choices
 * side by side. `onOpen()` is called before it is shown, `onClose()` after it has closed, however that happened.
 */
export function createSheet({ title, size = "narrow", onOpen, onClose }, ...children) {
  const id = uniqueId("sheet");
  const heading = h("h2", { id }, title);
  const close = h(
    "button",
    {
      class: "icon-button",
      type: "button",
      "aria-label": "Close",
      title: "Close (Esc)",
      onclick: () => element.close(),
    },
    icon("close"),
  );
  const body = h("div", { class: "sheet-body" }, ...children);
  const element = h(
    "dialog",
    { class: `sheet ${size}`, "aria-labelledby": id },
    h("div", { class: "sheet-head" }, heading, close),
    body,
  );
  let before = null; // what had the focus

  // A press that begins in the sheet, for example to select text, and ends outside must not close it.
  let pressedOutside = false;
  element.addEventListener("pointerdown", (event) => {
    pressedOutside = event.target === element && isOutside(event, element);
  });
  element.addEventListener("click", (event) => {
    if (pressedOutside && event.target === element) element.close();
    pressedOutside = false;
  });
  element.addEventListener("close", () => {
    if (before?.isConnected) before.focus();
    before = null;
    onClose?.();
  });

  return {
    element,
    /** Where the content goes. */
    body,
    setTitle: (text) => setText(heading, text),
    get isOpen() {
      return element.open;
    },
    open() {
      if (element.open) return;
      before = document.activeElement;
      onOpen?.();
      element.showModal();
      element.scrollTop = 0;
    },
    close: () => element.close(),
  };
}

function isOutside({ clientX: x, clientY: y }, element) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return x < left || x > right || y < top || y > bottom;
}
