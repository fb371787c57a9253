// Text to copy: a command, a link or a program, with a button that copies it.

import { h } from "../dom.js";

const CONFIRMED_MS = 2000;

/** `label` names the text for those who do not see it. */
export function copyable({ label, text, wrap = false }) {
  const code = h("code", { class: wrap ? "copied wrap" : "copied", tabindex: "0", "aria-label": label }, text);
  const button = h("button", { class: "button", type: "button", "aria-label": `Copy ${label}`, onclick: copy }, "Copy");
  let timer = 0;

  /** The clipboard exists only on https and localhost; elsewhere the selected text can be copied by hand. */
  async function copy() {
    getSelection().selectAllChildren(code);
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C";
    }
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = "Copy";
    }, CONFIRMED_MS);
  }

  return h("div", { class: "copyable" }, code, button);
}
