// A title that is renamed in place: press it, type, Enter. Escape leaves it as it was.

import { h, setText } from "../dom.js";
import { icon } from "../icons.js";

/** `onRename(text)`; empty for the usual title. {element, update(title, own, locked)}. */
export function createTitle({ onRename }) {
  const text = h("span", {});
  const button = h("button", { class: "title-button", type: "button", onclick: begin }, text, icon("pencil"));
  const plain = h("strong", { hidden: true });
  const input = h("input", { type: "text", maxlength: 120, "aria-label": "Title", hidden: true });
  const element = h("div", { class: "recording-title" }, button, plain, input);
  let own = "";

  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation(); // Escape would also close a sheet
    end(event.key === "Enter");
    button.focus();
  });
  input.addEventListener("blur", () => end(true));

  function begin() {
    input.value = own;
    input.placeholder = text.textContent;
    button.hidden = true;
    input.hidden = false;
    input.select();
    input.focus();
  }

  function end(keep) {
    if (input.hidden) return;
    input.hidden = true;
    button.hidden = false;
    if (keep && input.value.trim() !== own) onRename(input.value.trim());
  }

  return {
    element,
    /** `given`: what its user called it, or null. */
    update(title, given, locked) {
      own = given ?? "";
      setText(text, title);
      setText(plain, title);
      button.setAttribute("aria-label", `Rename ${title}`);
      plain.hidden = !locked;
      if (locked) end(false);
      button.hidden = locked || !input.hidden;
    },
  };
}
